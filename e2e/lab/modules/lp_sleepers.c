// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_WAITS_D(lp_sleepers_wait_d)
LP_WAITS_S(lp_sleepers_wait_s)
LP_WAITS_K(lp_sleepers_kwait)

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_wait_d, lp_sleepers_wait_d),
	LP_FUNC(klp_busy_wait_s, lp_sleepers_wait_s),
	LP_FUNC(klp_busy_kwait, lp_sleepers_kwait),
	{ }
};

static struct klp_object objects[] = {
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ }
};

LP_MODULE(false, "patches every function that somebody sleeps in, the kernel thread's, too");
