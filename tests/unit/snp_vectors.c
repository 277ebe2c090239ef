/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of SEV-SNP. */
#include "snp_vectors.h"

#include <string.h>

#define ALL_FLOORS                                                                                           \
    "\"badram\", \"cachewarp\", \"entrysign\", \"rmpocalypse\", \"stackwarp\", \"breakfast\", "              \
    "\"fabricked\", "                                                                                        \
    "\"staleus\", \"milan-root-seed\", \"ciphertext-hiding\", \"heracles\""

static void flip_policy(struct snp_case *c, uint64_t bits)
{
    snp_put64(c, AT_POLICY, load_le64(c->report + AT_POLICY) ^ bits);
}
static void flip_platform(struct snp_case *c, uint64_t bits)
{
    snp_put64(c, AT_PLATFORM_INFO, load_le64(c->report + AT_PLATFORM_INFO) ^ bits);
}

/* ---- accepted ---- */

static void bend_nothing(struct snp_case *c)
{
    (void)c;
}
static void bend_to_vlek(struct snp_case *c)
{
    snp_case_vlek(c);
}
static void bend_to_vlek_without_chip(struct snp_case *c) /* as a provider's reports are */
{
    snp_case_vlek(c);
    memset(c->report + AT_CHIP_ID, 0, 64);
    c->report[AT_KEY] |= 2; /* MASK_CHIP_KEY: the loaded key signs all the same */
}
static void bend_to_masked_chip(struct snp_case *c)
{
    memset(c->report + AT_CHIP_ID, 0, 64);
}
static void bend_to_table(struct snp_case *c)
{
    c->table = true;
}
static void bend_to_swapped_table(struct snp_case *c)
{
    c->table = c->swapped_guids = true;
}
static void bend_to_table_beside(struct snp_case *c)
{
    c->table_beside = true;
}
static void bend_to_wrapped(struct snp_case *c)
{
    c->certificate.hwid_wrapped = true;
}
static void to_version(struct snp_case *c, uint32_t version)
{
    snp_put32(c, AT_VERSION, version);
    memset(c->report + AT_LAUNCH_MITIGATIONS, 0, 16);
    if (version == 2)
        memset(c->report + AT_CPUID, 0, 3);
}
static void bend_to_version_3(struct snp_case *c)
{
    to_version(c, 3);
}
static void bend_to_version_2(struct snp_case *c)
{
    to_version(c, 2);
    c->tolerate = "\"staleus\", \"milan-root-seed\", \"fabricked\"";
    flip_policy(c, SNP_POLICY_SMT);
    flip_platform(c, SNP_PLATFORM_SMT_EN);
}
static void bend_to_genoa_of_version_2(struct snp_case *c)
{
    to_version(c, 2);
    flip_policy(c, SNP_POLICY_SMT);
    flip_platform(c, SNP_PLATFORM_SMT_EN);
}
static void bend_to_no_agent(struct snp_case *c)
{
    memset(c->report + AT_REPORT_ID_MA, 0, 32);
}
static void bend_to_author(struct snp_case *c)
{
    c->report[AT_KEY] |= 1;
    memset(c->report + AT_AUTHOR_KEY, 5, 48);
}
static void bend_to_provisional(struct snp_case *c) /* newer firmware is installed than committed */
{
    c->report[AT_CURRENT_TCB + 6]++;
    c->report[AT_CURRENT_VERSION]++;
}
static void bend_to_known_platform(struct snp_case *c)
{
    flip_platform(c, SNP_PLATFORM_TSME_EN | SNP_PLATFORM_RAPL_DIS | SNP_PLATFORM_IOMMU_WRITE_SAFE |
                         SNP_PLATFORM_TIO_EN);
    flip_policy(c, SNP_POLICY_MEM_AES_256_XTS | SNP_POLICY_RAPL_DIS);
}
static void bend_to_raw(struct snp_case *c)
{
    c->raw = true;
}

#define TIMES_12(text)  text text text text text text text text text text text text
#define TIMES_16(text)  text text text text text text text text text text text text text text text text
#define HEX_48_OF(byte) TIMES_12(byte) TIMES_12(byte) TIMES_12(byte) TIMES_12(byte)

static void bend_to_demanding(struct snp_case *c) /* every key of [snp], fulfilled */
{
    bend_to_author(c);
    c->raw = true;
    flip_policy(c, SNP_POLICY_SINGLE_SOCKET | SNP_POLICY_SMT);
    flip_platform(c, SNP_PLATFORM_SMT_EN);
    memset(c->report + AT_ID_KEY, 4, 48);
    memset(c->report + AT_FAMILY_ID, 6, 16);
    memset(c->report + AT_IMAGE_ID, 7, 16);
    memset(c->report + AT_HOST_DATA, 8, 32);
    c->snp =
        "vmpl = 0\nsigning_keys = [\"vcek\"]\nallow_migration = false\nallow_smt = false\nallow_cxl = false\n"
        "single_socket = true\nmin_abi = \"1.55\"\nmin_guest_svn = 3\n"
        "host_data = \"" TIMES_16("08")
            TIMES_16("08") "\"\n"
                           "id_keys = [\"" HEX_48_OF("00") "\", \"" HEX_48_OF(
                               "04") "\"]\n"
                                     "author_keys = [\"" HEX_48_OF(
                                         "05") "\"]\n"
                                               "family_id = \"" TIMES_16("06") "\"\nimage_id = \"" TIMES_16(
                                                   "07") "\"\n";
}
static void bend_to_lenient(struct snp_case *c)
{
    snp_put32(c, AT_VMPL, 2);
    flip_policy(c, SNP_POLICY_MIGRATE_MA | SNP_POLICY_CXL_ALLOW | SNP_POLICY_DEBUG);
    memset(c->report + AT_REPORT_ID_MA, 9, 32);
    c->top = "allow_debug = true";
    c->snp = "vmpl = 2\nallow_migration = true\nallow_cxl = true\n";
}

/* ---- the report ---- */

static void bend_version(struct snp_case *c)
{
    to_version(c, 4);
}
static void bend_algorithm(struct snp_case *c)
{
    snp_put32(c, AT_ALGORITHM, 2);
}
static void bend_reserved(struct snp_case *c)
{
    c->report[0x4c] = 1;
}
static void bend_reserved_key(struct snp_case *c)
{
    c->report[AT_KEY + 3] = 0x80;
}
static void bend_reserved_cpu(struct snp_case *c)
{
    c->report[0x19f] = 1;
}
static void bend_reserved_version_2(struct snp_case *c)
{
    bend_to_version_2(c);
    c->report[AT_CPUID] = 0x19;
}
static void bend_reserved_version_3(struct snp_case *c)
{
    to_version(c, 3);
    c->report[AT_LAUNCH_MITIGATIONS] = 1;
}
static void bend_reserved_build(struct snp_case *c)
{
    c->report[0x1eb] = 1;
}
static void bend_reserved_end(struct snp_case *c)
{
    c->report[0x29f] = 1;
}
static void bend_reserved_tcb(struct snp_case *c)
{
    c->report[AT_CURRENT_TCB + 3] = 1;
}
static void bend_reserved_launch_tcb(struct snp_case *c)
{
    c->report[AT_LAUNCH_TCB + 5] = 1;
}
static void bend_reserved_turin(struct snp_case *c)
{
    c->report[AT_COMMITTED_TCB + 4] = 1;
}
static void bend_reserved_number(struct snp_case *c) /* unsigned, above the 48 bytes of r */
{
    c->after = AT_SIGNATURE + 48;
}
static void bend_reserved_signature(struct snp_case *c) /* the last byte of all */
{
    c->after = SNP_REPORT_SIZE - 1;
}
static void bend_unknown_policy(struct snp_case *c)
{
    flip_policy(c, 1 << 26);
}
static void bend_highest_policy(struct snp_case *c)
{
    flip_policy(c, (uint64_t)1 << 63);
}
static void bend_policy_without_one(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_ONE);
}
static void bend_policy_abi(struct snp_case *c) /* 1.59 under firmware 1.58 */
{
    c->report[AT_POLICY] = 59;
}
static void bend_unknown_platform(struct snp_case *c)
{
    flip_platform(c, 1 << 8);
}
static void bend_platform_without_hiding(struct snp_case *c)
{
    flip_platform(c, SNP_PLATFORM_CIPHERTEXT_HIDING);
}
static void bend_platform_without_rapl(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_RAPL_DIS);
}
static void bend_platform_with_smt(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_SMT);
}
static void bend_committed(struct snp_case *c)
{
    c->report[AT_COMMITTED_TCB + 7]++;
}
static void bend_launch(struct snp_case *c)
{
    c->report[AT_LAUNCH_TCB]++;
}
static void bend_committed_version(struct snp_case *c)
{
    c->report[AT_COMMITTED_VERSION]++;
}
static void bend_reported_turin(struct snp_case *c) /* above the FMC that is installed */
{
    c->report[AT_REPORTED_TCB]++;
    c->certificate.level[9]++;
}
static void bend_author_flag(struct snp_case *c)
{
    c->report[AT_KEY] |= 1;
}
static void bend_author_without_flag(struct snp_case *c)
{
    memset(c->report + AT_AUTHOR_KEY, 5, 48);
}
static void bend_author_without_id(struct snp_case *c)
{
    bend_to_author(c);
    memset(c->report + AT_ID_KEY, 0, 48);
}

/* ---- signature, certificate, chain ---- */

static void bend_signature(struct snp_case *c)
{
    c->after = AT_SIGNATURE;
}
static void bend_signed_part(struct snp_case *c)
{
    c->after = 0x140; /* REPORT_ID */
}
static void bend_signer(struct snp_case *c)
{
    c->stranger_signs = true;
}
static void bend_struct_version(struct snp_case *c)
{
    c->certificate.struct_version = 1;
}
static void bend_struct_version_turin(struct snp_case *c)
{
    c->certificate.struct_version = 0;
}
static void bend_twice(struct snp_case *c)
{
    c->certificate.twice = true;
}
static void bend_reserved_level(struct snp_case *c)
{
    c->certificate.level[6] = 1;
}
static void bend_fmc(struct snp_case *c)
{
    c->certificate.level[9] = 0;
}
static void bend_provider_of_vcek(struct snp_case *c)
{
    c->certificate.provider = "cloud.example";
}
static void bend_no_provider(struct snp_case *c)
{
    snp_case_vlek(c);
    c->certificate.provider = NULL;
}
static void bend_chip_of_vlek(struct snp_case *c)
{
    snp_case_vlek(c);
    c->certificate.hwid_size = 64;
}
static void bend_short_hwid(struct snp_case *c) /* with nothing to compare it with */
{
    bend_to_masked_chip(c);
    c->certificate.hwid_size = 8;
}
static void bend_key_name(struct snp_case *c)
{
    snp_put32(c, AT_KEY, SNP_KEY_VLEK << 2);
}
static void bend_key_none(struct snp_case *c)
{
    snp_put32(c, AT_KEY, SNP_KEY_NONE << 2);
}
static void bend_key_reserved(struct snp_case *c)
{
    snp_put32(c, AT_KEY, 3 << 2);
}
static void bend_key_masked(struct snp_case *c)
{
    snp_put32(c, AT_KEY, 2);
}
static void bend_key_of_vlek(struct snp_case *c)
{
    snp_case_vlek(c);
    snp_put32(c, AT_KEY, SNP_KEY_VCEK << 2);
}
static void bend_issuer(struct snp_case *c) /* another product's ASK certifies it */
{
    c->certificate.issuer = "SEV-Milan";
    c->names = SNP_MILAN;
}
static void bend_processor(struct snp_case *c)
{
    c->report[AT_CPUID + 1] = 0x20;
    c->tolerate = ALL_FLOORS;
}
static void bend_processor_past_siena(struct snp_case *c)
{
    c->report[AT_CPUID + 1] = 0xb0;
    c->tolerate = ALL_FLOORS;
}
static void bend_family(struct snp_case *c)
{
    c->report[AT_CPUID] = 0x18;
    c->tolerate = ALL_FLOORS;
}
static void bend_processor_turin(struct snp_case *c) /* a later one of the family */
{
    c->report[AT_CPUID + 1] = 0x50;
    c->tolerate = ALL_FLOORS;
    memset(c->report + AT_CURRENT_TCB, 0, 8);
    memset(c->report + AT_REPORTED_TCB, 0, 8);
    memset(c->report + AT_COMMITTED_TCB, 0, 8);
    memset(c->report + AT_LAUNCH_TCB, 0, 8);
    memset(c->certificate.level, 0, sizeof c->certificate.level);
}
static void bend_product_name(struct snp_case *c)
{
    c->certificate.product_name = "Genoaa";
}
static void bend_chip(struct snp_case *c)
{
    c->report[AT_CHIP_ID + 63] ^= 1;
}
static void bend_chip_turin(struct snp_case *c)
{
    c->report[AT_CHIP_ID + 7] ^= 1;
}
static void bend_chip_turin_long(struct snp_case *c) /* behind the short id */
{
    c->report[AT_CHIP_ID + 8] = 1;
}
static void bend_tcb(struct snp_case *c)
{
    c->certificate.level[3]++;
    c->statuses = "\"OutOfDate\"";
}
static void bend_tcb_rolled_back(struct snp_case *c)
{
    c->certificate.level[8]--;
    c->statuses = "\"OutOfDate\"";
}
static void bend_chain(struct snp_case *c)
{
    c->certificate.bad_signature = true;
}
static void bend_chain_by_name(struct snp_case *c)
{
    c->certificate.impostor = true;
}
static void bend_plain_ask(struct snp_case *c)
{
    c->plain_ask = true;
}
static void bend_expired(struct snp_case *c)
{
    c->certificate.to = c->time - 1;
}
static void bend_future(struct snp_case *c)
{
    c->certificate.from = c->time + 1;
}
static void bend_revoked(struct snp_case *c)
{
    c->list = FORGE_LIST_REVOKING;
    c->statuses = "\"Revoked\"";
}
static void bend_root(struct snp_case *c)
{
    c->unknown_root = true;
}

/* ---- statement ---- */

static void bend_report_data(struct snp_case *c)
{
    c->other_report_data = true;
}
static void bend_boot(struct snp_case *c)
{
    c->other_host_data = true;
}
static void bend_tee(struct snp_case *c)
{
    memcpy(c->statement.tee, "tdx", sizeof "tdx");
}
static void bend_mode(struct snp_case *c) /* row 38: a genuine guest that runs as a plain one */
{
    memcpy(c->statement.mode, "plain", sizeof "plain");
}

/* ---- policy ---- */

static void bend_class(struct snp_case *c)
{
    c->class = "hardware";
}
static void bend_policy_tee(struct snp_case *c)
{
    c->top = "tees = [\"tdx\"]";
}
static void bend_measurement(struct snp_case *c)
{
    c->other_measurement = true;
}
static void bend_measurement_unknown(struct snp_case *c)
{
    c->unknown_measurement = true;
}
static void bend_debug(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_DEBUG);
}
static void bend_status(struct snp_case *c) /* below a floor that is tolerated */
{
    snp_put_tcbs(c, 0x561a00000000000a);
    c->tolerate = ALL_FLOORS;
}
static void bend_platform(struct snp_case *c)
{
    c->top = "platforms = [\"00\"]";
}
static void bend_vmpl(struct snp_case *c)
{
    snp_put32(c, AT_VMPL, 1);
}
static void bend_host_requested(struct snp_case *c)
{
    snp_put32(c, AT_VMPL, SNP_HOST_REQUESTED);
    c->snp = "vmpl = 3";
}
static void bend_signer_vcek(struct snp_case *c)
{
    c->snp = "signing_keys = [\"vlek\"]";
}
static void bend_signer_vlek(struct snp_case *c)
{
    snp_case_vlek(c);
    c->snp = "signing_keys = [\"vcek\"]";
}
static void bend_signer_none(struct snp_case *c)
{
    c->snp = "signing_keys = []";
}
static void bend_migration(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_MIGRATE_MA);
}
static void bend_agent(struct snp_case *c)
{
    c->report[AT_REPORT_ID_MA + 31] = 0;
}
static void bend_smt(struct snp_case *c)
{
    c->snp = "allow_smt = false";
}
static void bend_cxl(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_CXL_ALLOW);
}
static void bend_single_socket(struct snp_case *c)
{
    c->snp = "single_socket = true";
}
static void bend_abi(struct snp_case *c)
{
    c->snp = "min_abi = \"1.56\"";
}
static void bend_host_data(struct snp_case *c)
{
    c->snp = "host_data = \"" TIMES_16("00") TIMES_16("00") "\"";
}
static void bend_id_key(struct snp_case *c)
{
    c->snp = "id_keys = [\"" HEX_48_OF("00") "\"]";
}
static void bend_author_key(struct snp_case *c)
{
    bend_to_author(c);
    c->snp = "author_keys = [\"" HEX_48_OF("00") "\"]";
}
static void bend_family_id(struct snp_case *c)
{
    c->snp = "family_id = \"" TIMES_16("01") "\"";
}
static void bend_image_id(struct snp_case *c)
{
    c->snp = "image_id = \"" TIMES_16("01") "\"";
}
static void bend_guest_svn(struct snp_case *c)
{
    c->snp = "min_guest_svn = 4";
}

/* ---- floors: below one alone, whose status is tolerated ---- */

#define OUT_OF_DATE "\"UpToDate\", \"OutOfDate\""

static void bend_badram(struct snp_case *c)
{
    flip_platform(c, SNP_PLATFORM_ALIAS_CHECK_COMPLETE);
}
static void bend_badram_tcb(struct snp_case *c)
{
    snp_put_tcbs(c, 0x561500000000000a);
    c->statuses = OUT_OF_DATE;
    c->tolerate = "\"entrysign\", \"rmpocalypse\", \"breakfast\", \"fabricked\", \"staleus\"";
}
static void bend_cachewarp(struct snp_case *c)
{
    snp_put_tcbs(c, 0xd01d000000000004);
    c->statuses = OUT_OF_DATE;
}
static void bend_cachewarp_x(struct snp_case *c) /* Milan-X */
{
    bend_cachewarp(c);
    snp_put_tcbs(c, 0x331d000000000004);
    c->report[AT_CPUID + 2] = 2;
}
static void bend_to_mended_x(struct snp_case *c)
{
    snp_put_tcbs(c, 0x341d000000000004);
    c->report[AT_CPUID + 2] = 2;
}
static void bend_cachewarp_launch(struct snp_case *c) /* launched under older microcode */
{
    c->report[AT_LAUNCH_TCB + 7] = 0xd0;
    c->statuses = OUT_OF_DATE;
}
static void bend_entrysign(struct snp_case *c)
{
    snp_put_tcbs(c, 0x561600000000000a);
    c->statuses = OUT_OF_DATE;
    c->tolerate = "\"rmpocalypse\", \"breakfast\", \"fabricked\", \"staleus\"";
}
static void bend_entrysign_turin(struct snp_case *c)
{
    snp_put_tcbs(c, 0x5100000003010101);
    c->statuses = OUT_OF_DATE;
    c->tolerate = "\"rmpocalypse\", \"breakfast\", \"fabricked\", \"staleus\"";
}
static void bend_rmpocalypse(struct snp_case *c)
{
    snp_put_tcbs(c, 0x561a00000000000a);
    c->statuses = OUT_OF_DATE;
}
static void bend_rmpocalypse_committed(struct snp_case *c) /* the host can go back to it */
{
    c->report[AT_COMMITTED_TCB + 6] = 0x1a;
    c->statuses = OUT_OF_DATE;
}
static void bend_stackwarp(struct snp_case *c)
{
    snp_put_tcbs(c, 0x551b00000000000a);
    c->statuses = OUT_OF_DATE;
}
static void bend_stackwarp_unknown(struct snp_case *c) /* Siena: no number is known */
{
    c->report[AT_CPUID + 1] = 0xa0;
}
static void bend_stackwarp_stepping(struct snp_case *c)
{
    c->report[AT_CPUID + 2] = 3;
}
static void bend_to_siena_without_smt(struct snp_case *c)
{
    bend_stackwarp_unknown(c);
    flip_policy(c, SNP_POLICY_SMT);
    flip_platform(c, SNP_PLATFORM_SMT_EN);
}
static void bend_breakfast(struct snp_case *c)
{
    snp_put_tcbs(c, 0xdb1c000000000004);
    c->statuses = OUT_OF_DATE;
    c->tolerate = "\"rmpocalypse\", \"stackwarp\", \"staleus\", \"milan-root-seed\"";
}
static void bend_breakfast_unknown(struct snp_case *c)
{
    c->tolerate = "\"fabricked\", \"staleus\"";
}
static void bend_fabricked(struct snp_case *c) /* mended now, but not when it was launched */
{
    c->report[AT_LAUNCH_MITIGATIONS] = 0x07;
}
static void bend_fabricked_unknown(struct snp_case *c)
{
    c->tolerate = "\"breakfast\", \"staleus\"";
}
static void bend_staleus(struct snp_case *c)
{
    c->tolerate = "\"breakfast\", \"fabricked\"";
}
static void bend_milan(struct snp_case *c)
{
    c->tolerate = "\"stackwarp\", \"staleus\"";
}
static void bend_hiding(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_CIPHERTEXT_HIDING);
}
static void bend_page_swap(struct snp_case *c)
{
    flip_policy(c, SNP_POLICY_PAGE_SWAP_DISABLE);
}

#define GOOD(name, product, bend)     {name, CHECK_COUNT, SNP_##product, bend}
#define BAD(name, row, product, bend) {name, CHECK_##row, SNP_##product, bend}

const struct snp_vector snp_vectors[] = {
    GOOD("a Genoa, by its VCEK", GENOA, bend_nothing),
    GOOD("a Turin", TURIN, bend_nothing),
    GOOD("a Milan that is tolerated", MILAN, bend_nothing),
    GOOD("a Milan-X of mended microcode", MILAN, bend_to_mended_x),
    GOOD("a VLEK", GENOA, bend_to_vlek),
    GOOD("a VLEK of Turin", TURIN, bend_to_vlek),
    GOOD("a VLEK, and a report without chip", GENOA, bend_to_vlek_without_chip),
    GOOD("a masked chip id", GENOA, bend_to_masked_chip),
    GOOD("certificates behind the report", GENOA, bend_to_table),
    GOOD("the same with GUIDs in the other order", GENOA, bend_to_swapped_table),
    GOOD("the table as collateral", GENOA, bend_to_table_beside),
    GOOD("an id of the chip in two octet strings", GENOA, bend_to_wrapped),
    GOOD("a short id in two octet strings", TURIN, bend_to_wrapped),
    GOOD("a report of version 3", GENOA, bend_to_version_3),
    GOOD("a report of version 2", MILAN, bend_to_version_2),
    GOOD("a Genoa in version 2", GENOA, bend_to_genoa_of_version_2),
    GOOD("no agent, in zeros", GENOA, bend_to_no_agent),
    GOOD("an author key", GENOA, bend_to_author),
    GOOD("firmware that is not committed yet", GENOA, bend_to_provisional),
    GOOD("every known bit of the platform", GENOA, bend_to_known_platform),
    GOOD("a recording of other software", GENOA, bend_to_raw),
    GOOD("a policy that asks for everything", GENOA, bend_to_demanding),
    GOOD("a policy that allows everything", GENOA, bend_to_lenient),
    GOOD("a Siena without SMT", GENOA, bend_to_siena_without_smt),

    BAD("a report of version 4", FORMAT, GENOA, bend_version),
    BAD("another algorithm's number", FORMAT, GENOA, bend_algorithm),
    BAD("a reserved byte", SNP_RESERVED, GENOA, bend_reserved),
    BAD("a reserved bit beside the key's", SNP_RESERVED, GENOA, bend_reserved_key),
    BAD("a reserved byte behind the processor", SNP_RESERVED, GENOA, bend_reserved_cpu),
    BAD("a processor in version 2", SNP_RESERVED, MILAN, bend_reserved_version_2),
    BAD("a mitigation vector in version 3", SNP_RESERVED, GENOA, bend_reserved_version_3),
    BAD("a reserved byte behind a version", SNP_RESERVED, GENOA, bend_reserved_build),
    BAD("the last reserved byte that is signed", SNP_RESERVED, GENOA, bend_reserved_end),
    BAD("a reserved byte in the current TCB", SNP_RESERVED, GENOA, bend_reserved_tcb),
    BAD("a reserved byte in the launch TCB", SNP_RESERVED, GENOA, bend_reserved_launch_tcb),
    BAD("a reserved byte in Turin's TCB", SNP_RESERVED, TURIN, bend_reserved_turin),
    BAD("a number of the signature that is too long", SNP_RESERVED, GENOA, bend_reserved_number),
    BAD("the last byte", SNP_RESERVED, GENOA, bend_reserved_signature),
    BAD("an unknown bit of the guest policy", SNP_POLICY, GENOA, bend_unknown_policy),
    BAD("the highest bit of the guest policy", SNP_POLICY, GENOA, bend_highest_policy),
    BAD("a guest policy without bit 17", SNP_POLICY, GENOA, bend_policy_without_one),
    BAD("an ABI that the firmware has not", SNP_POLICY, GENOA, bend_policy_abi),
    BAD("an unknown bit of the platform", SNP_PLATFORM, GENOA, bend_unknown_platform),
    BAD("hiding demanded, not there", SNP_PLATFORM, GENOA, bend_platform_without_hiding),
    BAD("RAPL off demanded, still on", SNP_PLATFORM, GENOA, bend_platform_without_rapl),
    BAD("SMT disallowed, still on", SNP_PLATFORM, GENOA, bend_platform_with_smt),
    BAD("more committed than installed", SNP_TCB_ORDER, GENOA, bend_committed),
    BAD("launched under more than installed", SNP_TCB_ORDER, GENOA, bend_launch),
    BAD("a later version committed than installed", SNP_TCB_ORDER, GENOA, bend_committed_version),
    BAD("more reported than installed", SNP_TCB_ORDER, TURIN, bend_reported_turin),
    BAD("the flag of an author key alone", SNP_ID_BLOCK, GENOA, bend_author_flag),
    BAD("an author key without its flag", SNP_ID_BLOCK, GENOA, bend_author_without_flag),
    BAD("an author key that certifies nothing", SNP_ID_BLOCK, GENOA, bend_author_without_id),
    BAD("a damaged signature", SIGNATURE, GENOA, bend_signature),
    BAD("a changed report", SIGNATURE, GENOA, bend_signed_part),
    BAD("a signature by another key", SIGNATURE, GENOA, bend_signer),
    BAD("a certificate of Turin's form for Genoa", SNP_CERTIFICATE, GENOA, bend_struct_version),
    BAD("a certificate of Genoa's form for Turin", SNP_CERTIFICATE, TURIN, bend_struct_version_turin),
    BAD("a level that stands there twice", SNP_CERTIFICATE, GENOA, bend_twice),
    BAD("a reserved level", SNP_CERTIFICATE, GENOA, bend_reserved_level),
    BAD("a level of Turin's for Genoa", SNP_CERTIFICATE, GENOA, bend_fmc),
    BAD("a VCEK of a provider", SNP_CERTIFICATE, GENOA, bend_provider_of_vcek),
    BAD("a VLEK of no provider", SNP_CERTIFICATE, GENOA, bend_no_provider),
    BAD("a VLEK of a chip", SNP_CERTIFICATE, GENOA, bend_chip_of_vlek),
    BAD("a short id for Genoa", SNP_CERTIFICATE, GENOA, bend_short_hwid),
    BAD("a VCEK under the name of a VLEK", SNP_SIGNING_KEY, GENOA, bend_key_name),
    BAD("a VLEK under the name of a VCEK", SNP_SIGNING_KEY, GENOA, bend_key_of_vlek),
    BAD("a report that no key signed", SNP_SIGNING_KEY, GENOA, bend_key_none),
    BAD("a kind of key that is reserved", SNP_SIGNING_KEY, GENOA, bend_key_reserved),
    BAD("a VCEK that is masked", SNP_SIGNING_KEY, GENOA, bend_key_masked),
    BAD("another product's ASK", SNP_PRODUCT, GENOA, bend_issuer),
    BAD("an unknown model", SNP_PRODUCT, GENOA, bend_processor),
    BAD("a model past Siena's", SNP_PRODUCT, GENOA, bend_processor_past_siena),
    BAD("an unknown family", SNP_PRODUCT, GENOA, bend_family),
    BAD("a later processor of Turin's family", SNP_PRODUCT, TURIN, bend_processor_turin),
    BAD("a product of a similar name", SNP_PRODUCT, GENOA, bend_product_name),
    BAD("another chip", SNP_CHIP, GENOA, bend_chip),
    BAD("another chip of Turin", SNP_CHIP, TURIN, bend_chip_turin),
    BAD("a chip of Turin with a long id", SNP_CHIP, TURIN, bend_chip_turin_long),
    BAD("a certificate of a later TCB", SNP_TCB, GENOA, bend_tcb),
    BAD("a certificate of an earlier TCB", SNP_TCB, GENOA, bend_tcb_rolled_back),
    BAD("a certificate with a damaged signature", CHAIN, GENOA, bend_chain),
    BAD("an issuer that only has the right name", CHAIN, GENOA, bend_chain_by_name),
    BAD("an ASK without the CA bit", CHAIN, GENOA, bend_plain_ask),
    BAD("a certificate that has expired", VALIDITY, GENOA, bend_expired),
    BAD("a certificate of the future", VALIDITY, GENOA, bend_future),
    BAD("a revoked ASK", REVOCATION, GENOA, bend_revoked),
    BAD("a root that the policy does not name", ROOT, GENOA, bend_root),
    BAD("a report over another statement", BINDING, GENOA, bend_report_data),
    BAD("another boot record", BOOT, GENOA, bend_boot),
    BAD("a statement of another TEE", TEE_MATCH, GENOA, bend_tee),
    BAD("a statement of plain mode", TEE_MATCH, GENOA, bend_mode),

    BAD("a simulated root under a policy for hardware", CLASS, GENOA, bend_class),
    BAD("a TEE that the policy does not name", TEE, GENOA, bend_policy_tee),
    BAD("another measurement", MEASUREMENT, GENOA, bend_measurement),
    BAD("no known measurement", MEASUREMENT, GENOA, bend_measurement_unknown),
    BAD("debugging", DEBUG, GENOA, bend_debug),
    BAD("a TCB that is out of date", TCB, GENOA, bend_status),
    BAD("a platform that is not listed", PLATFORM, GENOA, bend_platform),
    BAD("a less trusted level", SNP_VMPL, GENOA, bend_vmpl),
    BAD("a report that the host requested", SNP_VMPL, GENOA, bend_host_requested),
    BAD("a VCEK where a VLEK is wanted", SNP_SIGNER, GENOA, bend_signer_vcek),
    BAD("a VLEK where a VCEK is wanted", SNP_SIGNER, GENOA, bend_signer_vlek),
    BAD("a policy without any key", SNP_SIGNER, GENOA, bend_signer_none),
    BAD("a guest that may be migrated", SNP_MIGRATION, GENOA, bend_migration),
    BAD("a guest with an agent", SNP_MIGRATION, GENOA, bend_agent),
    BAD("SMT", SNP_SMT, GENOA, bend_smt),
    BAD("CXL", SNP_CXL, GENOA, bend_cxl),
    BAD("more than one socket", SNP_SINGLE_SOCKET, GENOA, bend_single_socket),
    BAD("a guest that is content with an old ABI", SNP_ABI, GENOA, bend_abi),
    BAD("other host data", SNP_HOST_DATA, GENOA, bend_host_data),
    BAD("another identity key", SNP_ID_KEY, GENOA, bend_id_key),
    BAD("another author key", SNP_AUTHOR_KEY, GENOA, bend_author_key),
    BAD("another family", SNP_FAMILY_ID, GENOA, bend_family_id),
    BAD("another image", SNP_IMAGE_ID, GENOA, bend_image_id),
    BAD("an old guest", SNP_GUEST_SVN, GENOA, bend_guest_svn),

    BAD("memory that is not checked for aliases", FLOOR_BADRAM, GENOA, bend_badram),
    BAD("firmware that cannot check it", FLOOR_BADRAM, GENOA, bend_badram_tcb),
    BAD("microcode that drops writes", FLOOR_CACHEWARP, MILAN, bend_cachewarp),
    BAD("the same of a Milan-X", FLOOR_CACHEWARP, MILAN, bend_cachewarp_x),
    BAD("the same at launch", FLOOR_CACHEWARP, MILAN, bend_cachewarp_launch),
    BAD("anybody's microcode", FLOOR_ENTRYSIGN, GENOA, bend_entrysign),
    BAD("anybody's microcode on Turin", FLOOR_ENTRYSIGN, TURIN, bend_entrysign_turin),
    BAD("an RMP that can be overwritten", FLOOR_RMPOCALYPSE, GENOA, bend_rmpocalypse),
    BAD("the same one step back", FLOOR_RMPOCALYPSE, GENOA, bend_rmpocalypse_committed),
    BAD("a stack that can be shifted", FLOOR_STACKWARP, GENOA, bend_stackwarp),
    BAD("one of which nobody knows", FLOOR_STACKWARP, GENOA, bend_stackwarp_unknown),
    BAD("a stepping of which nobody knows", FLOOR_STACKWARP, GENOA, bend_stackwarp_stepping),
    BAD("registers that can be written", FLOOR_BREAKFAST, MILAN, bend_breakfast),
    BAD("the same, as far as is known", FLOOR_BREAKFAST, GENOA, bend_breakfast_unknown),
    BAD("routes that were not locked at launch", FLOOR_FABRICKED, MILAN, bend_fabricked),
    BAD("routes of which nobody knows", FLOOR_FABRICKED, TURIN, bend_fabricked_unknown),
    BAD("stale memory", FLOOR_STALEUS, GENOA, bend_staleus),
    BAD("a Milan", FLOOR_MILAN_ROOT_SEED, MILAN, bend_milan),
    BAD("ciphertext in view", FLOOR_CIPHERTEXT_HIDING, GENOA, bend_hiding),
    BAD("pages that can be swapped", FLOOR_HERACLES, GENOA, bend_page_swap),
};
const size_t snp_vector_count = sizeof snp_vectors / sizeof *snp_vectors;
