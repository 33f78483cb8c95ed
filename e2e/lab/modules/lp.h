/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LP_H
#define LP_H

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "klp_busy.h"

/* FUNCTION of the running kernel or of a module is replaced by REPLACEMENT. */
#define LP_FUNC(function, replacement) { .old_name = #function, .new_func = replacement }

/* What every livepatch module of the lab is made of, once it has its `objects`. */
#define LP_MODULE(replaces, description)					\
	static struct klp_patch patch = {					\
		.mod = THIS_MODULE,						\
		.objs = objects,						\
		.replace = replaces,						\
	};									\
	static int __init lp_init(void)						\
	{									\
		return klp_enable_patch(&patch);				\
	}									\
	static void __exit lp_exit(void)					\
	{									\
	}									\
	module_init(lp_init);							\
	module_exit(lp_exit);							\
	MODULE_LICENSE("GPL");							\
	MODULE_INFO(livepatch, "Y");						\
	MODULE_DESCRIPTION("Klpscope lab: " description)

/* A function behind a file in /proc that shows TEXT: proof of whose code runs. */
#define LP_SHOWS(name, text)							\
	static int name(struct seq_file *m, void *v)				\
	{									\
		seq_puts(m, text);						\
		return 0;							\
	}

/*
 * The livepatches' versions of klp_busy's waiting functions, under names of their own, as livepatches
 * have them: on a stack one sees by them whose code a thread sleeps in.
 */
#define LP_WAITS_D(name)							\
	static noinline __noclone void name(struct klp_busy_queue *queue)	\
	{									\
		unsigned long seen = READ_ONCE(queue->generation);		\
										\
		wait_event(queue->wait, READ_ONCE(queue->generation) != seen);	\
	}

#define LP_WAITS_S(name)							\
	static noinline __noclone int name(struct klp_busy_queue *queue)	\
	{									\
		unsigned long seen = READ_ONCE(queue->generation);		\
										\
		return wait_event_interruptible(queue->wait,			\
						READ_ONCE(queue->generation) != seen); \
	}

#define LP_WAITS_K(name)							\
	static noinline __noclone void name(struct klp_busy_queue *queue)	\
	{									\
		unsigned long seen = READ_ONCE(queue->generation);		\
										\
		wait_event_idle(queue->wait,					\
				READ_ONCE(queue->generation) != seen ||		\
				kthread_should_stop());				\
	}

#endif
