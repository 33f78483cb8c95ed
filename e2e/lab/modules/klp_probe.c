// SPDX-License-Identifier: GPL-2.0
/* A kprobe on the entry of a function; with a post handler it redirects the function for itself. */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *function = "security_task_setnice";
module_param(function, charp, 0444);

static bool post;
module_param(post, bool, 0444);

static int before(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = { .pre_handler = before };

static int __init klp_probe_init(void)
{
	probe.symbol_name = function;
	if (post)
		probe.post_handler = after;
	return register_kprobe(&probe);
}

static void __exit klp_probe_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(klp_probe_init);
module_exit(klp_probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Klpscope lab: a kprobe, with or without post handler");
