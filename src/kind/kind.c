// kind.c - what all kinds share: lists of sources, texts of sizes, explanations.
#include "vintner/kind.h"

#include <stdlib.h>

vt_error vt_source_list_add(vt_source_list *list, const char *path, int line, const char *sha256) {
  VT_TRY(vt_grow(&list->source, &list->room, list->count + 1, sizeof *list->source));
  list->source[list->count++] = (vt_source){path, line, sha256};
  return VT_OK;
}

vt_error vt_source_list_add_all(vt_source_list *list, int count, const char *const *path,
                                const int *line) {
  for (int i = 0; i < count; i++) VT_TRY(vt_source_list_add(list, path[i], line[i], NULL));
  return VT_OK;
}

void vt_source_list_free(vt_source_list *list) {
  free(list->source);
  *list = (vt_source_list){0};
}

void vt_sizes_free(vt_sizes *sizes) {
  vt_text_free(&sizes->lines);
  vt_text_free(&sizes->members);
}

void vt_ray_free(vt_ray *ray) {
  vt_arena_free(ray->arena);
  *ray = (vt_ray){0};
}

void vt_explanation_free(vt_explanation *explanation) {
  vt_ray_free(&explanation->ray);
  vt_arena_free(explanation->arena);
  *explanation = (vt_explanation){0};
}
