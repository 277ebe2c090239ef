/* SPDX-License-Identifier: Apache-2.0 */
/* Tests include this before cmocka.h; WebAssembly without exceptions has no jumps, and nothing here uses
 * them. */
