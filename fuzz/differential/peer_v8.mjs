// SPDX-License-Identifier: Apache-2.0
// V8 as a peer of differential execution (README.md): answers each line of JSON with one.
import fs from 'node:fs';
import readline from 'node:readline';
import zlib from 'node:zlib';

const numbers = { i: 'i32', I: 'i64', f: 'f32', F: 'f64' };
const view = new DataView(new ArrayBuffer(8));

// Numbers by their bits, NaNs made one; references as null or not.
function bits(letter, value) {
  view.setBigUint64(0, 0n);
  if (letter === 'i') return BigInt(value >>> 0);
  if (letter === 'I') return BigInt.asUintN(64, value);
  if (letter === 'r') return value === null ? 0n : 1n;
  if (letter === 'f') {
    if (Number.isNaN(value)) return 0x7fc00000n;
    view.setFloat32(0, value);
    return BigInt(view.getUint32(0));
  }
  if (Number.isNaN(value)) return 0x7ff8000000000000n;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function parse(text) {
  const value = BigInt('0x' + text.slice(2));
  view.setBigUint64(0, value);
  switch (text[0]) {
    case 'i': return Number(BigInt.asIntN(32, value));
    case 'I': return BigInt.asIntN(64, value);
    case 'f': view.setUint32(0, Number(value)); return view.getFloat32(0);
    case 'F': return view.getFloat64(0);
    default: return null;
  }
}

const print = (letter, value) => ` ${letter}:${bits(letter, value).toString(16)}`;

function hostResult(letter, call) {
  if (letter === 'i') return Number(BigInt.asIntN(32, BigInt(call) * 0x9E3779B1n));
  if (letter === 'I') return BigInt.asIntN(64, BigInt(call) * 0x9E3779B97F4A7C15n);
  return letter === 'f' ? call + 0.5 : letter === 'F' ? call + 0.25 : null;
}

class Host {
  calls = 0;
  digest = 0;

  function(signature) {
    const [parameters, results] = signature.split(':');
    return (...args) => {
      this.calls++;
      const bytes = Buffer.alloc(8);
      args.forEach((value, i) => {
        bytes.writeBigUInt64LE(bits(parameters[i], value));
        this.digest = zlib.crc32(bytes, this.digest);
      });
      const values = [...results].map((letter) => hostResult(letter, this.calls));
      return values.length > 1 ? values : values[0];
    };
  }

  imports(module) {
    const host = {};
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === 'function') host[name] = this.function(name);
      else if (kind === 'memory') host[name] = new WebAssembly.Memory({ initial: 1, maximum: 4 });
      else if (kind === 'table') host[name] = new WebAssembly.Table({ element: 'anyfunc', initial: 5, maximum: 20 });
      else host[name] = new WebAssembly.Global({ value: numbers[name], mutable: name === 'i' }, hostResult(name, 3));
    }
    return { host };
  }
}

function trap(error) {
  if (error instanceof RangeError && /call stack/.test(error.message)) return ' trap call stack exhausted';
  if (error instanceof WebAssembly.Exception) return ' trap exception';
  return ` trap ${error.message}`;
}

function state(kind, item, host, letters) {
  switch (kind) {
    case 'host': return ` ${host.calls} ${host.digest.toString(16).padStart(8, '0')}`;
    case 'global': return print(letters, item.value);
    case 'memory': {
      const bytes = new Uint8Array(item.buffer);
      return ` ${bytes.length} ${zlib.crc32(bytes).toString(16).padStart(8, '0')}`;
    }
    default: {
      const wide = typeof item.length === 'bigint';
      let nulls = ':';
      for (let i = 0; i < Math.min(32, Number(item.length)); i++) nulls += item.get(wide ? BigInt(i) : i) === null ? '0' : '1';
      return ` ${item.length} ${nulls}`;
    }
  }
}

// The subject's lines, each with what this engine makes of it.
function run(module, plan) {
  const names = WebAssembly.Module.exports(module).map((e) => e.name);
  let instance, host;
  const step = (line) => {
    const [left, right] = line.split(' =', 2);
    const [kind, index, ...args] = left.split(' ');
    if (kind === 'module') return 'module = ok';
    try {
      if (kind === 'instance') {
        host = new Host();
        instance = new WebAssembly.Instance(module, host.imports(module));
        return 'instance = ok';
      }
      const item = kind === 'host' ? null : instance.exports[names[index]];
      if (kind !== 'call') return `${left} =${state(kind, item, host, right?.trim()[0])}`;
      const result = item(...args.map(parse));
      // The subject's letters say how to print what JavaScript has no types for.
      const letters = [...right.matchAll(/ (\w):/g)].map((m) => m[1]);
      const values = Array.isArray(result) && letters.length !== 1 ? result : result === undefined ? [] : [result];
      const shown = values.map((v, i) => letters[i] ? print(letters[i], v) : ' ?').join('');
      return `${left} =${shown}`;
    } catch (error) {
      if (error instanceof WebAssembly.LinkError) return `${left} = unlinkable ${error.message}`;
      return `${left} =${trap(error)}`;
    }
  };
  return plan.map(step);
}

function answer({ module: path, plan }) {
  const bytes = fs.readFileSync(path);
  if (plan === null) return [`module = ${WebAssembly.validate(bytes) ? 'ok' : 'error'}`];
  try {
    return run(new WebAssembly.Module(bytes), plan);
  } catch (error) {
    return [`module = error ${error.message}`];
  }
}

if (process.argv[2] === '--name') {
  console.log(`V8 ${process.versions.v8} in Node ${process.versions.node}`);
} else {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
  }
}
