// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_SHOWS(lp_one_cmdline_proc_show, "lp_one was here\n")

static struct klp_func vmlinux_funcs[] = {
	LP_FUNC(cmdline_proc_show, lp_one_cmdline_proc_show),
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = vmlinux_funcs },
	{ }
};

LP_MODULE(false, "patches cmdline_proc_show, on top of whoever did before");
