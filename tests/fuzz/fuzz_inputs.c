// fuzz_inputs.c - any bytes as optimex inputs: read or refused, and what is read survives packing
// and writing.
//
//   clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -Iinclude -o fuzz_inputs
//     tests/fuzz/fuzz_inputs.c src/{inputs,json,base}/*.c -ljson-c -lmd -lm
//   ./fuzz_inputs -max_total_time=300 CORPUS
#include "vintner/inputs.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool survives_packing(const vt_inputs *inputs) {
  vt_text first = {0}, second = {0};
  vt_inputs *copy = NULL;
  const bool packed = vt_inputs_pack(inputs, &first) == VT_OK &&
                      vt_inputs_unpack(first.bytes, first.length, &copy) == VT_OK &&
                      vt_inputs_pack(copy, &second) == VT_OK;
  const bool same = packed && first.length == second.length &&
                    memcmp(first.bytes, second.bytes, (size_t)first.length) == 0;
  vt_inputs_free(copy);
  vt_text_free(&first);
  vt_text_free(&second);
  return same;
}

static bool survives_writing(const vt_inputs *inputs) {
  vt_text json = {0}, first = {0}, second = {0};
  vt_inputs *copy = NULL;
  bool same = vt_inputs_format(inputs, &json) == VT_OK &&
              vt_inputs_parse("fuzz.json", json.bytes, json.length, &copy) == VT_OK;
  if (same) {
    memcpy(copy->sha256, inputs->sha256, sizeof copy->sha256);
    same = vt_inputs_pack(inputs, &first) == VT_OK && vt_inputs_pack(copy, &second) == VT_OK &&
           first.length == second.length &&
           memcmp(first.bytes, second.bytes, (size_t)first.length) == 0;
  }
  vt_inputs_free(copy);
  vt_text_free(&json);
  vt_text_free(&first);
  vt_text_free(&second);
  return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  vt_inputs *inputs;
  const vt_error error = vt_inputs_parse("fuzz.json", bytes, (ptrdiff_t)length, &inputs);
  if (error == VT_ERR_BUG || strchr(vt_error_message(), '\n')) __builtin_trap();
  if (error == VT_OK && !survives_packing(inputs)) __builtin_trap();
  if (error == VT_OK && !survives_writing(inputs)) __builtin_trap();
  vt_inputs_free(inputs);
  return 0;
}
