// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches shadow variables once it is applied and logs each of them, so that what somebody reads
 * from the kernel's memory can be compared with what is true.
 */
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "lp.h"

/* SUSE's scheme, KLP_SHADOW_ID(bsc, id), makes large ids; other livepatches count from small numbers. */
#define LARGE_ID 0x5ad0000000000001UL
#define SMALL_ID 0x42UL
#define TASK_ID 0x43UL

static u64 shadowed[5];
static atomic_t attached = ATOMIC_INIT(0);

static int lp_shadow_uptime_proc_show(struct seq_file *m, void *v)
{
	/* The last word is the number that the first shadow variable holds. */
	int *number = klp_shadow_get(&shadowed[0], LARGE_ID);

	seq_printf(m, "1.00 1.00 shadow-%d\n", number ? *number : 0);
	return 0;
}

static void attach(void *obj, unsigned long id)
{
	int number = atomic_inc_return(&attached);
	int *data = klp_shadow_alloc(obj, id, sizeof(number), GFP_KERNEL, NULL, NULL);

	if (!data) {
		pr_warn("no memory for a shadow variable\n");
		return;
	}
	*data = number;
	/* px: the plain addresses, since this is a lab and they are what is to be compared. */
	pr_info("lp_shadow: attach obj=%px id=%lx data=%px\n", obj, id, data);
}

static void attach_all(struct klp_object *obj)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(shadowed); i++)
		attach(&shadowed[i], LARGE_ID);
	attach(&shadowed[0], SMALL_ID);
	attach(&init_task, TASK_ID);
}

static void free_all(struct klp_object *obj)
{
	klp_shadow_free_all(LARGE_ID, NULL);
	klp_shadow_free_all(SMALL_ID, NULL);
	klp_shadow_free_all(TASK_ID, NULL);
}

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(uptime_proc_show, lp_shadow_uptime_proc_show),
	{ }
};

static struct klp_object objects[] = {
	{
		.funcs = vmlinux_funcs,
		.callbacks = { .post_patch = attach_all, .post_unpatch = free_all },
	},
	{ }
};

LP_MODULE(false, "attaches shadow variables");
