// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/sched.h>

#include "lp.h"

/* A hook of the security modules: BPF programs may decide what it returns, and skip this. */
static int lp_guard_task_setnice(struct task_struct *p, int nice)
{
	return -EXDEV;
}

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(security_task_setnice, lp_guard_task_setnice),
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ }
};

LP_MODULE(false, "patches security_task_setnice, so that nobody may change a priority");
