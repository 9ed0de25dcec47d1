// components.c - strongly connected components of where processes lead (Tarjan 1972), without
// recursion.
#include "timeline.h"

typedef struct component_walk {
  int *index, *low, *stack, *path;
  ptrdiff_t *next;
} component_walk;

static void finish(component_walk *w, int v, int *top, int *components, int *component) {
  int popped;
  do {
    popped = w->stack[--*top];
    component[popped] = *components;
  } while (popped != v);
  ++*components;
}

static void visit(component_walk *w, const ptrdiff_t *start, const int *edge, int root,
                  int *counter, int *top, int *components, int *component) {
  int depth = 0;
  w->path[depth] = root;
  w->index[root] = w->low[root] = ++*counter;
  w->next[root] = start[root];
  w->stack[(*top)++] = root;
  while (depth >= 0) {
    const int v = w->path[depth];
    if (w->next[v] < start[v + 1]) {
      const int to = edge[w->next[v]++];
      if (w->index[to] == 0) {
        w->index[to] = w->low[to] = ++*counter;
        w->next[to] = start[to];
        w->stack[(*top)++] = to;
        w->path[++depth] = to;
      } else if (component[to] < 0 && w->index[to] < w->low[v]) {
        w->low[v] = w->index[to];
      }
      continue;
    }
    if (w->low[v] == w->index[v]) finish(w, v, top, components, component);
    if (--depth >= 0 && w->low[v] < w->low[w->path[depth]]) w->low[w->path[depth]] = w->low[v];
  }
}

static vt_error start_walk(int count, component_walk *w) {
  VT_NEW(w->index, 4 * (ptrdiff_t)count);
  w->low = w->index + count;
  w->stack = w->low + count;
  w->path = w->stack + count;
  VT_NEW(w->next, count);
  return VT_OK;
}

vt_error vt_components(int count, const ptrdiff_t *start, const int *edge, int *components,
                       int *component) {
  component_walk w = {0};
  int counter = 0, top = 0;
  *components = 0;
  const vt_error started = start_walk(count, &w);
  for (int v = 0; v < count && started == VT_OK; v++) component[v] = -1;
  for (int v = 0; v < count && started == VT_OK; v++)
    if (w.index[v] == 0) visit(&w, start, edge, v, &counter, &top, components, component);
  free(w.index);
  free(w.next);
  return started;
}

// Whether what a process asks for at its date is of its own knot, if it leads back: products of
// snapshots are looked up by their date, unless the snapshot itself asks.
bool vt_is_followed(const vt_timeline_data *k, int from, int to) {
  return k->backgrounds == 0 || k->snapshot[to] < 0 || (k->plan->redate && k->snapshot[from] >= 0);
}

bool vt_stays_in_knot(const vt_timeline_graph *g, int process, int row) {
  const int maker = g->data->system->maker[row];
  return g->knot_of[process] == g->knot_of[maker] &&
         (maker == process || vt_is_followed(g->data, process, maker));
}
