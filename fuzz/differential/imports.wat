;; SPDX-License-Identifier: Apache-2.0
;; What a generated module may import. A function's name is its signature: i = i32, I = i64, f = f32, F = f64, r = reference.
(module
  (import "host" ":" (func))
  (import "host" "i:i" (func (param i32) (result i32)))
  (import "host" "I:I" (func (param i64) (result i64)))
  (import "host" "f:f" (func (param f32) (result f32)))
  (import "host" "F:F" (func (param f64) (result f64)))
  (import "host" "iIfF:" (func (param i32 i64 f32 f64)))
  (import "host" ":iI" (func (result i32 i64)))
  (import "host" "r:i" (func (param funcref) (result i32)))
  (import "host" "i" (global (mut i32)))
  (import "host" "F" (global f64))
  (import "host" "memory" (memory 1 4))
  (import "host" "table" (table 5 20 funcref)))
