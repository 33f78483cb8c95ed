// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_SHOWS(lp_cumul_busy_version_proc_show, "lp_cumul_busy version\n")
LP_WAITS_D(lp_cumul_busy_wait_d)
LP_WAITS_S(lp_cumul_busy_wait_s)

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(version_proc_show, lp_cumul_busy_version_proc_show),
	{ }
};

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_wait_d, lp_cumul_busy_wait_d),
	LP_FUNC(klp_busy_wait_s, lp_cumul_busy_wait_s),
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ }
};

LP_MODULE(true, "the same as an atomic replace of all others");
