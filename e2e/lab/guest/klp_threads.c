/*
 * klp_threads PROCESSES THREADS [DEVICE COUNT]…
 *
 * Many sleeping threads, cheaply: PROCESSES processes of THREADS threads each (the first thread of a
 * process is one of them). COUNT threads of the last process read DEVICE instead of sleeping; the first
 * thread is never one of those, so that they can be seen on the level of threads only.
 *
 * Prints one line once every thread is in its sleep or read, then goes to the background.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static sem_t *started;

static void *sleeper(void *device)
{
	char byte;

	sem_post(started);
	if (device) {
		int file = open(device, O_RDONLY);

		while (file >= 0 && read(file, &byte, 1) < 0 && errno == EINTR)
			;
	}
	for (;;)
		pause();
	return NULL;
}

/* No child ends by itself: one that does could not start its threads, and has said why. */
static void give_up(int signal)
{
	(void)signal;
	_exit(1);
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void start_thread(const pthread_attr_t *small, char *device)
{
	pthread_t thread;

	errno = pthread_create(&thread, small, sleeper, device);
	if (errno)
		fail("pthread_create");
}

static void be_process(int threads, int devices, char **device)
{
	pthread_attr_t small;
	int rest = threads - 1;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	pthread_attr_setguardsize(&small, 0);
	for (int i = 0; i < devices; i++)
		for (int n = atoi(device[2 * i + 1]); n > 0 && rest > 0; n--, rest--)
			start_thread(&small, device[2 * i]);
	while (rest-- > 0)
		start_thread(&small, NULL);
	sleeper(NULL);
}

int main(int argc, char **argv)
{
	int processes = argc > 2 ? atoi(argv[1]) : 0;
	int threads = argc > 2 ? atoi(argv[2]) : 0;

	if (processes < 1 || threads < 1 || argc % 2 == 0) {
		fprintf(stderr, "usage: klp_threads PROCESSES THREADS [DEVICE COUNT]...\n");
		return 2;
	}
	started = mmap(NULL, sizeof(*started), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (started == MAP_FAILED || sem_init(started, 1, 0))
		fail("semaphore");
	signal(SIGCHLD, give_up);
	for (int i = 1; i <= processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0) {
			setsid();
			be_process(threads, i == processes ? (argc - 3) / 2 : 0, argv + 3);
		}
	}
	for (long n = (long)processes * threads; n > 0; n--)
		while (sem_wait(started) && errno == EINTR)
			;
	printf("%d processes of %d threads\n", processes, threads);
	return 0;
}
