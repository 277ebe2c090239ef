# SPDX-License-Identifier: Apache-2.0
"""Images for tests of `casemate measure`, and what their measurements are: written from the specifications (SEV-SNP
Firmware ABI 8.17, SEV API 6.5, TDX Module Base Specification "TD Measurement", SDM 3D chapter 39) and from nothing in
src/, so that two readings of them are compared."""

import hashlib
import struct
import uuid

PAGE = 4096
RESET, HASHES = "00f771de-1a7e-4fcb-890e-68c77e2fb44e", "7255371f-3a3b-4b04-927b-1da6efa8d454"
SEV, TDVF = "dc886566-984a-4798-a75e-5585a7bf67cc", "e47a6535-984a-4798-865e-4685a7bf8ec2"
FOOTER = "96b582de-1fb2-45f7-baea-a366c55a082d"
SIGNATURES = {"EPYC": 0x800f12, "EPYC-v4": 0x800f12, "EPYC-Rome-v2": 0x830f10, "EPYC-Milan": 0xa00f11,
              "EPYC-Genoa-v1": 0xa10f10, "EPYC-Turin": 0xb00f00}


def guid(text):
    return uuid.UUID(text).bytes_le


# ---- firmware ----

def pattern(size):
    return bytes((i * 7 + (i >> 8) * 13) & 0xff for i in range(size))


def sev_metadata(sections):
    return struct.pack("<4sIII", b"ASEV", 16 + 12 * len(sections), 1, len(sections)) + b"".join(
        struct.pack("<III", *s) for s in sections)


def tdvf_descriptor(sections):
    return struct.pack("<4sIII", b"TDVF", 16 + 32 * len(sections), 1, len(sections)) + b"".join(
        struct.pack("<IIQQII", *s) for s in sections)


def firmware(pages, reset=None, hashes=None, sev=None, tdvf=None, pointer=False):
    """An image of whole pages: SEV metadata 0xc00 before its end, TDVF 0x800; the GUID table, or (pointer) the offset of
    the TDVF descriptor 32 bytes before the end."""
    image = bytearray(pattern(pages * PAGE))
    entries = []
    if sev is not None:
        data = sev_metadata(sev)
        image[-0xc00:-0xc00 + len(data)] = data
        entries.append((SEV, struct.pack("<I", 0xc00)))
    if tdvf is not None:
        data = tdvf_descriptor(tdvf)
        image[-0x800:-0x800 + len(data)] = data
        entries.append((TDVF, struct.pack("<I", 0x800)))
    if reset is not None:
        entries.append((RESET, struct.pack("<I", reset)))
    if hashes is not None:
        entries.append((HASHES, struct.pack("<II", *hashes)))
    if pointer:
        image[-32:-28] = struct.pack("<I", len(image) - 0x800)
        return bytes(image)
    table = b"".join(data + struct.pack("<H", len(data) + 18) + guid(g) for g, data in entries)
    table += struct.pack("<H", len(table) + 18) + guid(FOOTER)
    image[-32 - len(table):-32] = table
    return bytes(image)


# ---- SEV, SEV-ES, SEV-SNP ----

def kernel_hashes(kernel, initrd, append):
    def entry(g, data):
        return guid(g) + struct.pack("<H", 50) + hashlib.sha256(data).digest()
    table = guid("9438d606-4f22-4cc9-b479-a793d411fd21") + struct.pack("<H", 168)
    table += entry("97d02dd8-bd20-4c94-aa78-e7714d36ab2a", append.encode() + b"\0")
    table += entry("44baf731-3a2f-4bd7-9af1-41e29169781d", initrd)
    table += entry("4de79437-abd2-427f-b835-d5b172d2045b", kernel)
    return table + bytes(8)


def vmsa(address, signature, features, profile):
    page = bytearray(PAGE)

    def segment(at, selector, attributes, base=0):
        struct.pack_into("<HHIQ", page, at, selector, attributes, 0xffff, base)

    ec2, gce = profile == "ec2", profile == "gce"
    for at in (0x00, 0x30, 0x40, 0x50):
        segment(at, 0, 0x93)
    segment(0x10, 0xf000, 0x9a if ec2 and address == 0xfffffff0 else 0x9b, address & 0xffff0000)
    segment(0x20, 0, 0x92 if ec2 else 0x93)
    segment(0x60, 0, 0)
    segment(0x70, 0, 0x82)
    segment(0x80, 0, 0)
    segment(0x90, 0, 0x83 if ec2 else 0x8b)
    for at, value in ((0xd0, 0x1000), (0x148, 0x40), (0x158, 0x10), (0x160, 0x400), (0x168, 0xffff0ff0), (0x170, 2),
                      (0x178, address & 0xffff), (0x268, 0x70106 if gce else 0x7040600070406),
                      (0x310, 0x600 if ec2 or gce else signature), (0x3b0, features), (0x3e8, 1)):
        struct.pack_into("<Q", page, at, value)
    if not ec2 and not gce:
        struct.pack_into("<I", page, 0x408, 0x1f80)
        struct.pack_into("<H", page, 0x410, 0x37f)
    return bytes(page)


def processors(reset, vcpus, signature, features, profile):
    return [vmsa(reset if i else 0xfffffff0, signature, features, profile) for i in range(vcpus)]


def sev(image, table=b"", pages=()):
    return hashlib.sha256(image + table + b"".join(pages)).hexdigest()


def snp(image, sections, pages, hashes=None, hashes_address=0, profile="qemu"):
    digest = bytes(48)

    def add(kind, address, contents):
        nonlocal digest
        digest = hashlib.sha384(digest + contents + struct.pack("<HBBBBBBQ", 0x70, kind, 0, 0, 0, 0, 0, address)).digest()

    def add_section(address, size, kind):
        if kind == 0x10 and hashes:
            page = bytes(hashes_address % PAGE) + hashes
            add(1, address, hashlib.sha384(page + bytes(PAGE - len(page))).digest())
            return
        page_type = {1: 4 if profile == "gce" else 3, 2: 5, 3: 6}.get(kind, 3)
        for at in range(address, address + size, PAGE):
            add(page_type, at, bytes(48))

    for at in range(0, len(image), PAGE):
        add(1, (1 << 32) - len(image) + at, hashlib.sha384(image[at:at + PAGE]).digest())
    late = [s for s in sections if s[2] == 3] if profile == "ec2" else []
    for s in [s for s in sections if s not in late] + late:
        add_section(*s)
    for page in pages:
        add(2, 0xfffffffff000, hashlib.sha384(page).digest())
    return digest.hex()


# ---- TDX ----

def mrtd(image, sections, two_passes):
    h = hashlib.sha384()

    def record(name, address):
        h.update(name.ljust(16, b"\0") + struct.pack("<Q", address) + bytes(104))

    for offset, raw, address, size, kind, attributes in sections:
        if kind >= 7:
            continue
        memory = image[offset:offset + raw] + bytes(size - raw)
        steps = []
        for at in range(0, size, PAGE):
            if not attributes & 2:
                steps.append((0, at))
            if attributes & 1:
                steps += [(1, chunk) for chunk in range(at, at + PAGE, 256)]
        for extend, at in sorted(steps, key=lambda s: s[0]) if two_passes else steps:
            record((b"MEM.PAGE.ADD", b"MR.EXTEND")[extend], address + at)
            if extend:
                h.update(memory[at:at + 256])
    return h.hexdigest()


# ---- SGX ----

def sgx_stream(size, pages):
    """pages: (offset, flags, measured chunks, unmeasured chunks)."""
    out = struct.pack("<8sIQ44x", b"ECREATE", 1, size)
    for offset, flags, measured, unmeasured in pages:
        out += struct.pack("<8sQQ40x", b"EADD", offset, flags)
        for i in range(16):
            if i in measured or i in unmeasured:
                tag = b"EEXTEND" if i in measured else b"UNMEASRD"
                out += struct.pack("<8sQ48x", tag, offset + 256 * i) + pattern(PAGE)[256 * i:256 * i + 256]
    return out


def mrenclave(stream):
    h, at = hashlib.sha256(), 0
    while at < len(stream):
        tag = stream[at:at + 8]
        size = 320 if tag in (b"EEXTEND\0", b"UNMEASRD") else 64
        if tag != b"UNMEASRD":
            h.update(stream[at:at + size])
        at += size
    return h.hexdigest()


# ---- the images of fuzz/corpus ----

SEV_SECTIONS = [(0x800000, 0x2000, 1), (0x802000, 0x1000, 2), (0x803000, 0x1000, 3), (0x804000, 0x1000, 4), (0, 0, 1),
                (0x805000, 0x1000, 0x10)]
TDVF_SECTIONS = [(0x1000, 0x1000, 0xfffff000, 0x1000, 0, 1), (0, 0x123, 0xffffc000, 0x2000, 1, 0),
                 (0, 0, 0x809000, 0x2000, 2, 0), (0, 0, 0x800000, 0x1000, 3, 0), (0, 0, 0x810000, 0x4000, 4, 2),
                 (0x100, 0x1333, 0x900000, 0x2000, 1, 1), (0x1000, 0x10, 0, 0, 7, 0)]
SGX_PAGES = [(0, 0x205, range(16), ()), (0x1000, 0x100, range(16), ()), (0x2000, 0x203, (0, 3), (7, 9)), (0x4000, 0x203, (), ())]


def corpus():
    """Name below fuzz/corpus -> bytes."""
    return {
        "measure_firmware/sev": firmware(2, 0x80b004, (0x805c00, 0x400), SEV_SECTIONS),
        "measure_firmware/both": firmware(2, 0x80b004, (0, 0), SEV_SECTIONS[:4], TDVF_SECTIONS),
        "measure_firmware/pointer": firmware(2, tdvf=TDVF_SECTIONS, pointer=True),
        "measure_sgxs/enclave": sgx_stream(0x8000, SGX_PAGES),
    }
