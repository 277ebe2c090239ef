# SPDX-License-Identifier: Apache-2.0
"""A module from a number: `wasm-tools smith` with options and bytes that the number decides."""
import random
import subprocess

# Feature of the engine -> option of the generator. Whatever the engine lacks is switched off.
SWITCHES = {
    "nontrapping-float-to-int": "saturating-float-to-int-enabled", "sign-extension": "sign-extension-ops-enabled",
    "multi-value": "multi-value-enabled", "reference-types": "reference-types-enabled", "bulk-memory": "bulk-memory-enabled",
    "tail-call": "tail-call-enabled", "extended-const": "extended-const-enabled", "simd": "simd-enabled",
    "exceptions": "exceptions-enabled", "memory64": "memory64-enabled", "gc": "gc-enabled", "threads": "threads-enabled",
}
# Relaxed vectors may differ by definition.
OFF = ["relaxed-simd-enabled"]
MEMORY_BYTES = 4 << 16


def options(seed, features):
    rng = random.Random(seed)
    chosen = {name: "false" for name in OFF}
    for feature, name in SWITCHES.items():
        likely = 0.9 if feature != "threads" else 0.2
        chosen[name] = "true" if feature in features and rng.random() < likely else "false"
    if chosen["reference-types-enabled"] == "false":
        chosen["gc-enabled"] = "false"
    several = "multi-memory" in features and rng.random() < 0.3
    chosen.update({
        "export-everything": "true", "canonicalize-nans": "true", "fuel": str(rng.choice([50, 500, 2000])),
        "max-memory32-bytes": str(MEMORY_BYTES), "max-memory64-bytes": str(MEMORY_BYTES), "memory-max-size-required": "true",
        "max-table-elements": "100", "table-max-size-required": "true", "max-memories": "3" if several else "1",
        "disallow-traps": rng.choice(["true", "false"]), "max-tables": str(rng.choice([1, 1, 4])), "min-funcs": str(rng.randint(1, 8)), "max-funcs": "16", "max-types": "12",
        "max-imports": "6", "max-instructions": str(rng.choice([20, 100, 400])), "max-globals": "12", "max-data-segments": "4",
        "min-memories": str(rng.choice([0, 1, 1])), "max-elements": "12", "max-element-segments": "4",
    })
    size = rng.choice([300, 1000, 4000, 12000])
    return chosen, rng.randbytes(size)


def generate(tool, imports, seed, features, path):
    """Writes a module. Returns False if this number makes none."""
    chosen, content = options(seed, features)
    command = [tool, "smith", "--ensure-termination", "-o", path]
    for name, value in chosen.items():
        command += ["--" + name, value]
    if seed % 3 == 0:
        command += ["--available-imports", imports]
    else:
        command += ["--max-imports", "0"] if "--max-imports" not in command else []
        command[command.index("--max-imports") + 1] = "0"
    return subprocess.run(command, input=content, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def mutate(seed, content):
    """The same bytes with one to three of them changed behind the header: mostly no module any more."""
    rng = random.Random(seed)
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.randrange(8, len(changed))
        changed[at] = rng.choice([rng.randrange(256), changed[at] ^ (1 << rng.randrange(8)), changed[at] + 1 & 255])
    return bytes(changed)
