/* SPDX-License-Identifier: Apache-2.0 */
/* Before every C++ header of wasm32-wasi: its libc++ declares std::ifstream but does not define it, and
 * toml++'s reader of files, which nobody calls, needs the definition to compile. */
#include <__config_site>
#undef _LIBCPP_HAS_NO_FILESYSTEM
