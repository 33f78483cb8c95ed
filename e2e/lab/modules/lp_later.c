// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_SHOWS(lp_later_loadavg_proc_show, "9.99 9.99 9.99 1/1 1\n")
LP_SHOWS(lp_later_klp_later_show, "lp_later was here\n")

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(loadavg_proc_show, lp_later_loadavg_proc_show),
	{ }
};

static struct klp_func klp_later_funcs[] = {
	LP_FUNC(klp_later_show, lp_later_klp_later_show),
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ .name = "klp_later", .funcs = klp_later_funcs },
	{ }
};

LP_MODULE(false, "patches the kernel and a module that may not be loaded");
