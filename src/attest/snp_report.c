/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an SNP report. */
#include "snp_report.h"

#include "reader.h"

enum { COMPONENT_SIZE = 72, NUMBER_SIZE = 48 };

/* A number of the signature: 72 bytes, little-endian, of which P-384 needs 48 (table 139). */
static void read_number(struct reader *r, uint8_t big_endian[NUMBER_SIZE])
{
    struct span number = reader_take(r, NUMBER_SIZE);
    for (size_t i = 0; i < number.size; i++)
        big_endian[i] = number.data[NUMBER_SIZE - 1 - i];
    reader_reserved(r, COMPONENT_SIZE - NUMBER_SIZE);
}

static void read_versions(struct reader *r, uint8_t version[3])
{
    reader_bytes(r, version, 3);
    reader_reserved(r, 1);
}

/* 188h to 19Fh: reserved in version 2, then the processor in its first three bytes. */
static void read_cpu(struct reader *r, struct snp_claims *snp)
{
    snp->has_cpuid = snp->version >= 3;
    if (!snp->has_cpuid) {
        reader_reserved(r, 24);
        return;
    }
    snp->cpu_family = reader_u8(r);
    snp->cpu_model = reader_u8(r);
    snp->cpu_stepping = reader_u8(r);
    reader_reserved(r, 21);
}

/* 1F8h to 29Fh: reserved, from version 5 on behind two vectors. */
static void read_mitigations(struct reader *r, struct snp_claims *snp)
{
    snp->has_mitigations = snp->version >= 5;
    if (!snp->has_mitigations) {
        reader_reserved(r, 168);
        return;
    }
    snp->launch_mitigations = reader_u64(r);
    snp->current_mitigations = reader_u64(r);
    reader_reserved(r, 152);
}

/* 00h to 7Fh but for the beginning of REPORT_DATA. */
static void read_head(struct reader *r, struct snp_report *report, struct snp_claims *snp)
{
    snp->version = reader_u32(r);
    snp->guest_svn = reader_u32(r);
    snp->policy = reader_u64(r);
    reader_bytes(r, snp->family_id, sizeof snp->family_id);
    reader_bytes(r, snp->image_id, sizeof snp->image_id);
    snp->vmpl = reader_u32(r);
    report->algorithm = reader_u32(r);
    report->tcb[0] = reader_u64(r);
    snp->platform_info = reader_u64(r);
    report->key = reader_u32(r);
    reader_reserved(r, 4);
}

/* From E0h to the signature. */
static void read_rest(struct reader *r, struct snp_report *report, struct snp_claims *snp)
{
    reader_bytes(r, snp->id_key, sizeof snp->id_key);
    reader_bytes(r, snp->author_key, sizeof snp->author_key);
    reader_bytes(r, snp->report_id, sizeof snp->report_id);
    reader_bytes(r, snp->report_id_ma, sizeof snp->report_id_ma);
    report->tcb[1] = reader_u64(r);
    read_cpu(r, snp);
    reader_bytes(r, report->chip_id, sizeof report->chip_id);
    report->tcb[2] = reader_u64(r);
    read_versions(r, snp->build[0]);
    read_versions(r, snp->build[1]);
    report->tcb[3] = reader_u64(r);
    read_mitigations(r, snp);
}

bool snp_report_read(struct span evidence, struct snp_report *report, struct claims *claims)
{
    struct reader r;
    struct snp_claims *snp = &claims->snp;
    if (evidence.size < SNP_REPORT_SIZE)
        return false;
    *report = (struct snp_report){
        .signed_part = span_of(evidence.data, SNP_SIGNED_SIZE),
        .behind = span_of(evidence.data + SNP_REPORT_SIZE, evidence.size - SNP_REPORT_SIZE)};
    reader_init(&r, span_of(evidence.data, SNP_REPORT_SIZE));
    read_head(&r, report, snp);
    reader_bytes(&r, claims->report_data, sizeof claims->report_data);
    claims->measurement.size = 48;
    reader_bytes(&r, claims->measurement.bytes, claims->measurement.size);
    reader_bytes(&r, snp->host_data, sizeof snp->host_data);
    read_rest(&r, report, snp);
    read_number(&r, report->signature);
    read_number(&r, report->signature + NUMBER_SIZE);
    reader_reserved(&r, SNP_REPORT_SIZE - SNP_SIGNED_SIZE - 2 * COMPONENT_SIZE);
    report->reserved_zero = !r.not_reserved && report->key >> 5 == 0;
    snp->has_author_key = snp_author_key(report);
    claims->has_snp = true;
    return true;
}
