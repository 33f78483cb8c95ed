// SPDX-License-Identifier: GPL-2.0
#include <linux/kthread.h>

#include "lp.h"

static noinline __noclone void lp_kthread_kwait(struct klp_busy_queue *queue)
{
	unsigned long seen = READ_ONCE(queue->generation);

	wait_event_idle(queue->wait,
			READ_ONCE(queue->generation) != seen || kthread_should_stop());
}

static struct klp_func klp_busy_funcs[] = {
	LP_FUNC(klp_busy_kwait, lp_kthread_kwait),
	{ }
};

static struct klp_object objects[] = {
	{ .name = "klp_busy", .funcs = klp_busy_funcs },
	{ }
};

LP_MODULE(false, "patches the function that klp_busy's kernel thread sleeps in");
