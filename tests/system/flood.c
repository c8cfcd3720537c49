/* A client that keeps a rate and remembers what it was told.
 * usage: flood PORT REQUESTS_PER_SECOND SECONDS BLOCKED_PERCENT CONNECTIONS
 * Loopback only. Each connection is a thread that waits for its turn, sends one request and reads the answer whole.
 * Prints the id of every 403 as it came (one a line), then "# requests 403s seconds" on standard error. A broken
 * connection ends its thread. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { kMostConnections = 256, kAnswer = 65536 };

static int port, blocked_percent, connections;
static double rate, duration;
static struct timespec start;
static atomic_long sent, refused;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)(t.tv_sec - start.tv_sec) + (double)(t.tv_nsec - start.tv_nsec) / 1e9;
}

static int dial(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return fd;
}

/* The head and the body by Content-Length; 0 when the connection broke. */
static int answer(int fd, char *buffer, int *status, char *id) {
  size_t have = 0;
  char *end = NULL;
  while (end == NULL) {
    ssize_t n = read(fd, buffer + have, kAnswer - 1 - have);
    if (n <= 0) return 0;
    have += (size_t)n;
    buffer[have] = 0;
    end = strstr(buffer, "\r\n\r\n");
  }
  *status = atoi(buffer + 9);
  id[0] = 0;
  char *field = strcasestr(buffer, "\r\nx-request-id: ");
  if (field != NULL && field < end) sscanf(field + 16, "%40[0-9A-Za-z]", id);
  field = strcasestr(buffer, "\r\ncontent-length: ");
  size_t body = field != NULL && field < end ? strtoul(field + 18, NULL, 10) : 0;
  size_t whole = (size_t)(end + 4 - buffer) + body;
  while (have < whole) {
    ssize_t n = read(fd, buffer, kAnswer - 1);
    if (n <= 0) return 0;
    have += (size_t)n;
  }
  return 1;
}

static void *run(void *argument) {
  long number = (long)argument;
  char request[512], id[64];
  char *buffer = malloc(kAnswer);
  int fd = dial(), status;
  for (long turn = 0; fd >= 0; ++turn) {
    long index = turn * connections + number;
    double due = (double)index / rate;
    if (due > duration || now() > duration) break;
    double early = due - now();
    if (early > 0) usleep((useconds_t)(early * 1e6));
    int attack = index % 100 < blocked_percent;
    int size = attack ? snprintf(request, sizeof request,
                                 "GET /?n=%ld&a=evil%ldattack HTTP/1.1\r\nHost: t.example\r\nUser-Agent: flood/1\r\n\r\n",
                                 index, index)
                      : snprintf(request, sizeof request,
                                 "GET /page HTTP/1.1\r\nHost: t.example\r\nUser-Agent: flood/1\r\n\r\n");
    if (write(fd, request, (size_t)size) != size || !answer(fd, buffer, &status, id)) break;
    atomic_fetch_add(&sent, 1);
    if (status != 403) continue;
    atomic_fetch_add(&refused, 1);
    puts(id);
  }
  if (fd >= 0) close(fd);
  free(buffer);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  port = atoi(argv[1]);
  rate = atof(argv[2]);
  duration = atof(argv[3]);
  blocked_percent = atoi(argv[4]);
  connections = atoi(argv[5]);
  if (duration > 120 || connections < 1 || connections > kMostConnections) return 2;
  signal(SIGPIPE, SIG_IGN);
  clock_gettime(CLOCK_MONOTONIC, &start);
  pthread_t threads[kMostConnections];
  for (long i = 0; i < connections; ++i) pthread_create(&threads[i], NULL, run, (void *)i);
  for (long i = 0; i < connections; ++i) pthread_join(threads[i], NULL);
  fprintf(stderr, "# %ld %ld %.2f\n", atomic_load(&sent), atomic_load(&refused), now());
  return 0;
}
