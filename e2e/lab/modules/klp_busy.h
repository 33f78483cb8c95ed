/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLP_BUSY_H
#define KLP_BUSY_H

#include <linux/wait.h>

/*
 * Where the sleepers of klp_busy wait. It is handed to the waiting functions as an argument, so that
 * a livepatch's replacement sleeps on the same queue without linking against klp_busy: a livepatch
 * that used a symbol of its object would pin that object and could not be loaded before it.
 *
 * A release is a new generation: whoever came before it leaves, whoever comes later waits.
 */
struct klp_busy_queue {
	wait_queue_head_t wait;
	unsigned long generation;
};

#endif
