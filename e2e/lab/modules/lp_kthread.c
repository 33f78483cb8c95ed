// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_WAITS_K(lp_kthread_kwait)

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_kwait, lp_kthread_kwait),
	{ }
};

static struct klp_object objects[] = {
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ }
};

LP_MODULE(false, "patches the function that klp_busy's kernel thread sleeps in");
