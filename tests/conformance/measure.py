#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`casemate measure` against an independent reading of the specifications (measure_reference.py), against digests of other
tools and of a signed enclave ($CASEMATE_SHARED), and on the firmware of Debian's packages ($CASEMATE_OVMF). TAP."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import measure_reference as ref

CASEMATE = Path(os.environ["CASEMATE_STAGE"]) / "bin" / "casemate"
KERNEL, INITRD, APPEND = b"\x7fkernel" * 999, b"initrd" * 77, "console=ttyS0 quiet"
# Digests of IBM's tool sev-snp-measure for its fixture: options, digest.
FIXTURE = "ovmf_AmdSev_suffix.bin"
EMPTY_KERNEL = ["--kernel", "/dev/null", "--initrd", "/dev/null"]
FIXTURE_DIGESTS = [
    (["--tee", "snp", "--guest-features", "0x21"],
     "e1e1ca029dd7973ab9513295be68198472dcd4fc834bd9af9b63f6e8a1674dbf281a9278a4a2ebe0eed9f22adbcd0e2b"),
    (["--tee", "sev-snp"],
     "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d"),
    (["--tee", "snp", "--vcpus", "4", "--vcpu-type", "EPYC-v4", "--guest-features", "1"],
     "49a5df7673889babb3ee480795e1be1571b812264c2c7cc3ac6f92298a2f8683d8c691b26d8114dd6afbd324c2150ae1"),
    (["--tee", "snp", "--vcpus", "2", "--vcpu-type", "EPYC-Genoa"],
     "3919b210f6562c034f07a3f6177c84e96bca4dc357b80186f0adf1fea3a198d64d3d52e1ac9fd85a67fd3c0f09df026a"),
    (["--tee", "snp", *EMPTY_KERNEL, "--append", "console=ttyS0 loglevel=7"],
     "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa"),
    (["--tee", "sev-es", *EMPTY_KERNEL], "13810ae661ea11e2bb205621f582fee268f0367c8f97bc297b7fadef3e12002c"),
    (["--tee", "sev", *EMPTY_KERNEL], "77f613d7bbcdf12a73782ea9e88b0172aeda50d1a54201cb903594ff52846898"),
    (["--tee", "snp", *EMPTY_KERNEL, "--profile", "ec2", "--guest-features", "21"],
     "0ce9ccc06bab55eebe8abc234f3df6514883977a68a591b71052498ab52b2f1aa415db338033946ef93aa8278c0d67fb"),
    (["--tee", "snp", *EMPTY_KERNEL, "--profile", "gce", "--vcpus", "4"],
     "5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452a15a00eae11886a93d6fd1e7ab81e29d"),
]

count = failed = 0


def report(ok, name, detail=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {name}", flush=True)
    if not ok:
        print("# " + detail.replace("\n", "\n# "))


def skip(name, reason):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {reason}", flush=True)


def run(*arguments):
    return subprocess.run([CASEMATE, "measure", *map(str, arguments)], capture_output=True, text=True)


def expect(name, digest, *arguments):
    done = run(*arguments)
    report(done.returncode == 0 and done.stdout == digest + "\n", name,
           f"expected {digest}\nstdout {done.stdout}stderr {done.stderr}")


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def sev_family(folder):
    reset, hashes = 0x80b004, (0x805c00, 0x400)
    image = ref.firmware(3, reset, hashes, ref.SEV_SECTIONS)
    path = write(folder, "firmware", image)
    kernel, initrd = write(folder, "kernel", KERNEL), write(folder, "initrd", INITRD)
    options = ["--kernel", kernel, "--initrd", initrd, "--append", APPEND]
    table = ref.kernel_hashes(KERNEL, INITRD, APPEND)
    for profile in ("qemu", "ec2", "gce"):
        for vcpus, features in ((1, 1), (3, 0x21)):
            pages = ref.processors(reset, vcpus, ref.SIGNATURES["EPYC-v4"], features, profile)
            arguments = [path, "--tee", "snp", "--profile", profile, "--vcpus", vcpus, "--guest-features", f"{features:x}"]
            expect(f"snp, {profile}, {vcpus} vCPUs, features {features:#x}",
                   ref.snp(image, ref.SEV_SECTIONS, pages, profile=profile), *arguments)
            expect(f"snp, {profile}, {vcpus} vCPUs, features {features:#x}, kernel",
                   ref.snp(image, ref.SEV_SECTIONS, pages, table, hashes[0], profile), *arguments, *options)
    for name, signature in ref.SIGNATURES.items():
        pages = ref.processors(reset, 2, signature, 0, "qemu")
        expect(f"sev-es, 2 vCPUs {name}", ref.sev(image, b"", pages), path, "--tee", "sev-es", "--vcpus", 2, "--vcpu-type", name)
        expect(f"sev-es, the signature of {name}", ref.sev(image, table, pages), path, "--tee", "sev-es", "--vcpus", 2,
               "--vcpu-type", hex(signature), *options)
    expect("sev", ref.sev(image), path, "--tee", "sev")
    expect("sev, kernel without initrd and command line", ref.sev(image, ref.kernel_hashes(KERNEL, b"", "")), path, "--tee",
           "sev", "--kernel", kernel)


def tdx(folder):
    images = {
        "GUID table": ref.firmware(2, tdvf=ref.TDVF_SECTIONS),
        "pointer": ref.firmware(2, tdvf=ref.TDVF_SECTIONS, pointer=True),
        "several pages": ref.firmware(5, tdvf=[(0, 0x5000, 0xffffb000, 0x5000, 0, 1), (0, 0, 0x800000, 0x3000, 3, 1)]),
    }
    for name, image in images.items():
        path = write(folder, "td", image)
        sections = ref.TDVF_SECTIONS if name != "several pages" else [(0, 0x5000, 0xffffb000, 0x5000, 0, 1),
                                                                       (0, 0, 0x800000, 0x3000, 3, 1)]
        expect(f"tdx, {name}", ref.mrtd(image, sections, False), path, "--tee", "tdx")
        expect(f"tdx, {name}, two passes", ref.mrtd(image, sections, True), path, "--tee", "tdx", "--profile", "two-pass")


def sgx(folder):
    stream = ref.sgx_stream(0x8000, ref.SGX_PAGES)
    path = write(folder, "enclave.sgxs", stream)
    expect("sgx, pages measured whole, in part and not at all", ref.mrenclave(stream), path, "--tee", "sgx")
    done = run(path, "--tee", "sgx")
    report("30 times 256 bytes" in done.stderr, "sgx, what is not measured is said", done.stderr)


def corpus():
    top = Path(os.environ["CASEMATE_SOURCE"]) / "fuzz" / "corpus"
    for name, data in ref.corpus().items():
        report((top / name).read_bytes() == data, f"fuzz/corpus/{name} is what the reference makes")


def shared():
    root = os.environ.get("CASEMATE_SHARED")
    folder = Path(root) / "data" / "evidence" / "measure" if root else None
    if not folder or not folder.is_dir():
        skip("digests of sev-snp-measure, a signed enclave", "CASEMATE_SHARED names no folder with evidence")
        return
    for arguments, digest in FIXTURE_DIGESTS:
        expect(f"sev-snp-measure: {' '.join(arguments)}", digest, folder / FIXTURE, *arguments)
    enclave = folder / "sgx-mrenclave-fortanix"
    digest = json.loads((enclave / "vector.json").read_text())["expect"]["mrenclave"]
    expect("a signed enclave", digest, enclave / "enclave.sgxs", "--tee", "sgx", "--sigstruct", enclave / "enclave.sig")
    done = run(enclave / "enclave.sgxs", "--tee", "sgx", "--sigstruct", enclave / "enclave.sig", "--json")
    signer = json.loads(done.stdout)["signer"]
    report(signer["date"] == "2016-12-14" and signer["debug"] == "allowed", "what its SIGSTRUCT says", done.stdout)


def table_of(image):
    end = len(image) - 32 - 18
    left, table = struct.unpack_from("<H", image, end)[0] - 18, {}
    while left > 0:
        size = struct.unpack_from("<H", image, end - 18)[0]
        table[image[end - 16:end]] = image[end - size:end - 18]
        end, left = end - size, left - size
    return table


def structure(image, name, head, row):
    at = len(image) - struct.unpack("<I", table_of(image)[ref.guid(name)])[0]
    rows = struct.unpack_from("<4sIII", image, at)[3]
    return [struct.unpack_from(row, image, at + head + i * struct.calcsize(row)) for i in range(rows)]


def packaged():
    folders = [f for f in os.environ.get("CASEMATE_OVMF", "").split(os.pathsep) if f]
    files = sorted(path for f in folders for path in Path(f).rglob("OVMF.*.fd"))
    if not files:
        skip("firmware of Debian's packages", "scripts/deps --print ovmf-amdsev gives a folder, CASEMATE_OVMF names it")
    for path in files:
        image = path.read_bytes()
        sections = structure(image, ref.TDVF, 16, "<IIQQII")
        for profile, two in (("single-pass", False), ("two-pass", True)):
            expect(f"{path.name}, tdx, {profile}", ref.mrtd(image, sections, two), path, "--tee", "tdx", "--profile", profile)
        reset = struct.unpack("<I", table_of(image)[ref.guid(ref.RESET)])[0]
        pages = ref.processors(reset, 2, ref.SIGNATURES["EPYC-Milan"], 1, "qemu")
        expect(f"{path.name}, snp", ref.snp(image, structure(image, ref.SEV, 16, "<III"), pages), path, "--tee", "snp",
               "--vcpus", 2, "--vcpu-type", "EPYC-Milan")


def refused(name, code, words, *arguments):
    done = run(*arguments)
    report(done.returncode == 125 and code in done.stderr and all(w in done.stderr for w in words) and not done.stdout,
           name, done.stdout + done.stderr)


def errors(folder):
    path = write(folder, "firmware", ref.firmware(2, 0x80b004, None, ref.SEV_SECTIONS[:3]))
    refused("an option of another technology", "E_USAGE", ["tdx", "vCPUs"], path, "--tee", "tdx", "--vcpus", 2)
    refused("a kernel that the firmware would not check", "E_IMAGE", ["checks no kernel"], path, "--tee", "snp", "--kernel", path)
    refused("an initrd alone", "E_USAGE", ["--kernel"], path, "--tee", "snp", "--initrd", path)
    refused("a vCPU type misspelt", "E_USAGE", ["EPYC-Milan"], path, "--tee", "snp", "--vcpu-type", "EPYC-Millan")
    refused("a profile misspelt", "E_USAGE", ["two-pass"], path, "--tee", "tdx", "--profile", "tow-pass")
    refused("guest features that are no number", "E_USAGE", ["hexadecimal"], path, "--tee", "snp", "--guest-features", "xyz")
    refused("guest features without SNPActive", "E_USAGE", ["SNPActive"], path, "--tee", "snp", "--guest-features", "20")
    refused("no vCPU", "E_USAGE", ["vCPUs"], path, "--tee", "snp", "--vcpus", 0)
    refused("a firmware without TDVF descriptor", "E_IMAGE", ["e47a6535"], path, "--tee", "tdx")
    refused("a firmware as a Keep of no named technology", "E_IMAGE", ["--tee"], path)
    refused("an installed image of plain SEV", "E_TEE", ["sev"], "--tee", "sev")
    cut = write(folder, "cut", path.read_bytes()[:-1])
    refused("half a page", "E_IMAGE", ["0x1fff", "0x1000"], cut, "--tee", "snp")


def workload():
    module = CASEMATE.parent.parent / "share" / "casemate" / "examples" / "hello.wasm"
    done = run(module, "--json", "--", "--json", "-x")
    report(done.returncode == 0 and json.loads(done.stdout)["args"][1:] == ["--json", "-x"],
           "options after a module, its own behind --", done.stdout + done.stderr)


    refused("an option of images with a module", "E_USAGE", ["module"], module, "--vcpus", 2)
    refused("an option of modules with what is installed", "E_USAGE", ["image"], "--salt", "00" * 32)
    refused("an argument with an image", "E_USAGE", ["image"], CASEMATE, "more")


def from_stdin():
    image = ref.corpus()["measure_firmware/both"]
    done = subprocess.run([CASEMATE, "measure", "-q", "-", "--tee", "tdx"], input=image, capture_output=True)
    report(done.stdout.decode() == ref.mrtd(image, ref.TDVF_SECTIONS, False) + "\n" and not done.stderr,
           "an image on stdin, quietly", done.stderr.decode())
    refused("stdin of no named technology", "E_USAGE", ["--tee"], "-")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for part in (sev_family, tdx, sgx, errors):
            part(Path(folder))
        for part in (corpus, shared, packaged, workload, from_stdin):
            part()
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
