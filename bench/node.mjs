// SPDX-License-Identifier: Apache-2.0
// Runs a WASI preview 1 program in Node, as its documentation says; compiled at once, for a promise can outlive the process
// where V8 has only one of its compilers.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const wasi = new WASI({ version: 'preview1', args: process.argv.slice(2) });
const module = new WebAssembly.Module(readFileSync(process.argv[2]));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
