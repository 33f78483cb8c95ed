// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_SHOWS(lp_busy_version_proc_show, "lp_busy version\n")
LP_WAITS_D(lp_busy_wait_d)
LP_WAITS_S(lp_busy_wait_s)

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(version_proc_show, lp_busy_version_proc_show),
	{ }
};

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_wait_d, lp_busy_wait_d),
	LP_FUNC(klp_busy_wait_s, lp_busy_wait_s),
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ }
};

LP_MODULE(false, "patches the functions that klp_busy's readers sleep in");
