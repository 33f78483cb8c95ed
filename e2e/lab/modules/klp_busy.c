// SPDX-License-Identifier: GPL-2.0
/*
 * A module with sleepers in functions of their own: what a livepatch of such a function has to wait for.
 *
 * /dev/klp_busy_d   a reader sleeps uninterruptibly (D) in klp_busy_wait_d()
 * /dev/klp_busy_s   a reader sleeps interruptibly (S) in klp_busy_wait_s()
 * kthread=1         a kernel thread, klp_busy_kt, sleeps (I) in klp_busy_kwait()
 *
 * Writing d, s, k or all to /sys/module/klp_busy/parameters/release lets those go that wait now.
 */
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "klp_busy.h"

static struct klp_busy_queue d_queue = { .wait = __WAIT_QUEUE_HEAD_INITIALIZER(d_queue.wait) };
static struct klp_busy_queue s_queue = { .wait = __WAIT_QUEUE_HEAD_INITIALIZER(s_queue.wait) };
static struct klp_busy_queue k_queue = { .wait = __WAIT_QUEUE_HEAD_INITIALIZER(k_queue.wait) };

static bool kthread;
module_param(kthread, bool, 0444);
MODULE_PARM_DESC(kthread, "start a kernel thread that sleeps in klp_busy_kwait()");

static void release_queue(struct klp_busy_queue *queue)
{
	WRITE_ONCE(queue->generation, queue->generation + 1);
	wake_up_all(&queue->wait);
}

static int release_set(const char *value, const struct kernel_param *param)
{
	bool all = sysfs_streq(value, "all");
	bool d = all || sysfs_streq(value, "d");
	bool s = all || sysfs_streq(value, "s");
	bool k = all || sysfs_streq(value, "k");

	if (!d && !s && !k)
		return -EINVAL;
	if (d)
		release_queue(&d_queue);
	if (s)
		release_queue(&s_queue);
	if (k)
		release_queue(&k_queue);
	return 0;
}
module_param_call(release, release_set, NULL, NULL, 0200);
MODULE_PARM_DESC(release, "d, s, k or all: let go who waits there");

/* noinline and noclone: the functions must exist under these very names to be livepatched. */

noinline __noclone void klp_busy_wait_d(struct klp_busy_queue *queue);
noinline __noclone void klp_busy_wait_d(struct klp_busy_queue *queue)
{
	unsigned long seen = READ_ONCE(queue->generation);

	wait_event(queue->wait, READ_ONCE(queue->generation) != seen);
}

noinline __noclone int klp_busy_wait_s(struct klp_busy_queue *queue);
noinline __noclone int klp_busy_wait_s(struct klp_busy_queue *queue)
{
	unsigned long seen = READ_ONCE(queue->generation);

	return wait_event_interruptible(queue->wait, READ_ONCE(queue->generation) != seen);
}

noinline __noclone void klp_busy_kwait(struct klp_busy_queue *queue);
noinline __noclone void klp_busy_kwait(struct klp_busy_queue *queue)
{
	unsigned long seen = READ_ONCE(queue->generation);

	wait_event_idle(queue->wait,
			READ_ONCE(queue->generation) != seen || kthread_should_stop());
}

static const char answer[] = "released\n";

static ssize_t busy_read_d(struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	if (*position == 0)
		klp_busy_wait_d(&d_queue);
	return simple_read_from_buffer(buffer, size, position, answer, sizeof(answer) - 1);
}

static ssize_t busy_read_s(struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	int interrupted = *position == 0 ? klp_busy_wait_s(&s_queue) : 0;

	if (interrupted)
		return interrupted;
	return simple_read_from_buffer(buffer, size, position, answer, sizeof(answer) - 1);
}

static int klp_busy_thread(void *unused)
{
	while (!kthread_should_stop()) {
		klp_busy_kwait(&k_queue);
		/*
		 * Out of the waiting function for longer than the kernel's retry period of a second:
		 * a released thread that went straight back into it would never be seen outside.
		 */
		if (!kthread_should_stop())
			schedule_timeout_idle(5 * HZ);
	}
	return 0;
}

static const struct file_operations busy_d_operations = {
	.owner = THIS_MODULE,
	.read = busy_read_d,
	.llseek = noop_llseek,
};

static const struct file_operations busy_s_operations = {
	.owner = THIS_MODULE,
	.read = busy_read_s,
	.llseek = noop_llseek,
};

static struct miscdevice busy_d = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "klp_busy_d",
	.fops = &busy_d_operations,
	.mode = 0444,
};

static struct miscdevice busy_s = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "klp_busy_s",
	.fops = &busy_s_operations,
	.mode = 0444,
};

static struct task_struct *busy_thread;

static int __init klp_busy_init(void)
{
	int error = misc_register(&busy_d);

	if (error)
		return error;
	error = misc_register(&busy_s);
	if (error)
		goto no_s;
	if (kthread) {
		busy_thread = kthread_run(klp_busy_thread, NULL, "klp_busy_kt");
		if (IS_ERR(busy_thread)) {
			error = PTR_ERR(busy_thread);
			goto no_thread;
		}
	}
	return 0;

no_thread:
	misc_deregister(&busy_s);
no_s:
	misc_deregister(&busy_d);
	return error;
}

static void __exit klp_busy_exit(void)
{
	if (busy_thread)
		kthread_stop(busy_thread);
	misc_deregister(&busy_s);
	misc_deregister(&busy_d);
}

module_init(klp_busy_init);
module_exit(klp_busy_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Klpscope lab: sleepers in functions of their own");
