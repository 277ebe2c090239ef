# SPDX-License-Identifier: Apache-2.0
"""Wasmtime as a peer of differential execution (README.md): answers each line of JSON with one."""
import importlib.metadata
import json
import math
import struct
import sys
import zlib

import wasmtime

# Of these the package knows only what Python made: it says null of a reference that was made from another type.
EXTERNREF = wasmtime.ValType.externref()
NUMBERS = {"i": wasmtime.ValType.i32, "I": wasmtime.ValType.i64, "f": wasmtime.ValType.f32, "F": wasmtime.ValType.f64}


def is_null(value):
    return value is None or (isinstance(value, wasmtime.Val) and value.value is None)


def bits(letter, value):
    """Numbers by their bits, NaNs made one; references as null or not."""
    if letter == "i":
        return value & 0xFFFFFFFF
    if letter == "I":
        return value & 0xFFFFFFFFFFFFFFFF
    if letter == "r":
        return 0 if is_null(value) else 1
    if letter == "f":
        return 0x7FC00000 if math.isnan(value) else struct.unpack("<I", struct.pack("<f", value))[0]
    return 0x7FF8000000000000 if math.isnan(value) else struct.unpack("<Q", struct.pack("<d", value))[0]


def parse(text):
    letter, value = text[0], int(text[2:], 16)
    if letter == "i":
        return wasmtime.Val.i32(value - (value >> 31 << 32))
    if letter == "I":
        return wasmtime.Val.i64(value - (value >> 63 << 64))
    if letter == "f":
        return wasmtime.Val.f32(struct.unpack("<f", struct.pack("<I", value))[0])
    if letter == "F":
        return wasmtime.Val.f64(struct.unpack("<d", struct.pack("<Q", value))[0])
    return None


def show(letter, value):
    return f" {letter}:{bits(letter, value):x}"


def host_result(letter, call):
    if letter == "i":
        value = call * 0x9E3779B1 & 0xFFFFFFFF
        return value - (value >> 31 << 32)
    if letter == "I":
        value = call * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        return value - (value >> 63 << 64)
    return call + 0.5 if letter == "f" else call + 0.25


class Host:
    """One store with what modules may import."""

    def __init__(self, engine):
        self.store = wasmtime.Store(engine)
        self.calls = 0
        self.digest = 0

    def function(self, kind, signature):
        parameters, results = signature.split(":")

        def called(*args):
            self.calls += 1
            for letter, value in zip(parameters, args):
                self.digest = zlib.crc32(struct.pack("<Q", bits(letter, value)), self.digest)
            values = [host_result(letter, self.calls) for letter in results]
            return values if len(values) > 1 else values[0] if values else None

        return wasmtime.Func(self.store, kind, called)

    def item(self, declared):
        kind = declared.type
        if isinstance(kind, wasmtime.FuncType):
            return self.function(kind, declared.name)
        if isinstance(kind, wasmtime.MemoryType):
            return wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, 4)))
        if isinstance(kind, wasmtime.TableType):
            return wasmtime.Table(self.store, wasmtime.TableType(wasmtime.ValType.funcref(), wasmtime.Limits(5, 20)), None)
        value = host_result(declared.name, 3)
        return wasmtime.Global(self.store, wasmtime.GlobalType(NUMBERS[declared.name](), declared.name == "i"), value)

    def instantiate(self, module):
        return wasmtime.Instance(self.store, module, [self.item(declared) for declared in module.imports])


def crc(text):
    return f"{zlib.crc32(text):08x}"


def state(kind, item, host, letter):
    store = host.store
    if kind == "host":
        return f" {host.calls} {host.digest:08x}"
    if kind == "memory":
        return f" {item.data_len(store)} {crc(bytes(item.read(store)))}"
    if kind == "global":
        return " ?" if item.type(store).content == EXTERNREF else show(letter, item.value(store))
    size = item.size(store)
    if item.type(store).element == EXTERNREF:
        return f" {size} ?"
    return f" {size} :" + "".join("0" if is_null(item.get(store, i)) else "1" for i in range(min(32, size)))


def trap(error):
    """What it says in its last line but one, or in the only one."""
    text = error.message if isinstance(error, wasmtime.Trap) else str(error)
    reason = [line.strip() for line in text.splitlines() if line.strip()]
    return " trap " + (reason[-1] if reason else "unknown")


class Run:
    """The subject's lines, each with what this engine makes of it."""

    def __init__(self, engine, module):
        self.engine = engine
        self.module = module
        self.names = [e.name for e in module.exports]
        self.exports = None
        self.host = None
        self.lost = False

    def item(self, index):
        return self.exports[self.names[index]]

    def call(self, index, args, right):
        function = self.item(index)
        values = function(self.host.store, *[parse(a) for a in args])
        if EXTERNREF in function.type(self.host.store).results:
            return " ?"
        letters = [word[0] for word in right.split() if word[1:2] == ":"]
        values = values if isinstance(values, list) else [] if values is None and len(letters) != 1 else [values]
        return "".join(show(letter, value) for letter, value in zip(letters, values)) + " ?" * (len(values) - len(letters))

    def result(self, kind, words, right):
        if kind == "module":
            return " ok"
        if kind == "instance":
            self.host = Host(self.engine)
            self.exports = self.host.instantiate(self.module).exports(self.host.store)
            return " ok"
        if kind == "call":
            return self.call(int(words[0]), words[1:], right)
        item = None if kind == "host" else self.item(int(words[0]))
        return state(kind, item, self.host, right.strip()[:1])

    def step(self, line):
        left, _, right = line.partition(" =")
        kind, *words = left.split(" ")
        if kind == "instance":
            self.lost = False
        if self.lost:
            return f"{left} = ?"
        try:
            return f"{left} ={self.result(kind, words, right)}"
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            if isinstance(error, wasmtime.Trap) or "valkind" not in str(error):
                return f"{left} ={trap(error)}"
            return f"{left} = ? {error}"  # the call took place, its results cannot be had
        except (TypeError, RuntimeError, AttributeError, ValueError) as error:
            # The package has no values of this type; if it was for arguments, this instance falls behind.
            self.lost = kind == "call"
            return f"{left} = ? {type(error).__name__}: {error}"


def answer(engine, request):
    with open(request["module"], "rb") as f:
        content = f.read()
    try:
        if request["plan"] is None:
            wasmtime.Module.validate(engine, content)
            return ["module = ok"]
        module = wasmtime.Module(engine, content)
    except wasmtime.WasmtimeError as error:
        return ["module = error " + " ".join(str(error).split())]
    run = Run(engine, module)
    return [run.step(line) for line in request["plan"]]


def main():
    if sys.argv[1:] == ["--name"]:
        print("Wasmtime", importlib.metadata.version("wasmtime"))
        return
    config = wasmtime.Config()
    for feature in ("threads", "tail_call", "simd", "relaxed_simd", "multi_memory", "memory64", "exceptions",
                    "function_references", "gc"):
        setattr(config, "wasm_" + feature, True)
    config.relaxed_simd_deterministic = True
    config.shared_memory = True
    engine = wasmtime.Engine(config)
    for line in sys.stdin:
        print(json.dumps(answer(engine, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
