// SPDX-License-Identifier: GPL-2.0
/* A module that livepatches name before it is there: /proc/klp_later shows whose code answers. */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

noinline __noclone int klp_later_show(struct seq_file *m, void *v);
noinline __noclone int klp_later_show(struct seq_file *m, void *v)
{
	seq_puts(m, "klp_later itself\n");
	return 0;
}

/* In between, since a tail call would leave nobody to come back to. */
static int later_show(struct seq_file *m, void *v)
{
	return klp_later_show(m, v);
}

static int __init klp_later_init(void)
{
	return proc_create_single("klp_later", 0444, NULL, later_show) ? 0 : -ENOMEM;
}

static void __exit klp_later_exit(void)
{
	remove_proc_entry("klp_later", NULL);
}

module_init(klp_later_init);
module_exit(klp_later_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Klpscope lab: a module that comes and goes");
