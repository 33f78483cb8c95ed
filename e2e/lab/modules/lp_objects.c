// SPDX-License-Identifier: GPL-2.0
#include "lp.h"

LP_WAITS_D(lp_objects_wait_d)
LP_SHOWS(lp_objects_klp_later_show, "lp_objects was here\n")

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_wait_d, lp_objects_wait_d),
	{ }
};

static struct klp_func klp_later_funcs[] = {
	LP_FUNC(klp_later_show, lp_objects_klp_later_show),
	{ }
};

static struct klp_object objects[] = {
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ .name = "klp_later", .funcs = klp_later_funcs },
	{ }
};

LP_MODULE(false, "patches two modules, one with a sleeper and one that comes and goes");
