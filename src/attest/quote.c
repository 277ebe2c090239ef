/* SPDX-License-Identifier: Apache-2.0 */
/* Reading quotes. Chapters of the quote libraries' references stand at each part. */
#include "quote.h"

#include "reader.h"

static const uint8_t intel_vendor[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                         0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

bool quote_vendor_is_intel(const uint8_t vendor[16])
{
    return memcmp(vendor, intel_vendor, sizeof intel_vendor) == 0;
}

/* A report of SEV-SNP begins with its version as well, but in four bytes: no key type stands there. */
bool quote_recognise(struct span evidence, uint32_t tee)
{
    if (evidence.size < QUOTE_HEADER_SIZE || load_le32(evidence.data + 4) != tee)
        return false;
    const uint16_t version = load_le16(evidence.data), key_type = load_le16(evidence.data + 2);
    return quote_vendor_is_intel(evidence.data + 12) ||
           (version >= 3 && version <= 5 && key_type == QUOTE_KEY_ECDSA_P256);
}

/* A.4 "Enclave Report Body"; SDM, volume 3D, table 38-21. */
static void read_enclave(struct reader *r, struct enclave_report *e)
{
    reader_bytes(r, e->sgx.cpusvn, sizeof e->sgx.cpusvn);
    e->sgx.miscselect = reader_u32(r);
    reader_reserved(r, 12);
    reader_bytes(r, e->sgx.extended_product, sizeof e->sgx.extended_product);
    e->sgx.flags = reader_u64(r);
    e->sgx.xfrm = reader_u64(r);
    reader_bytes(r, e->mrenclave, sizeof e->mrenclave);
    reader_reserved(r, 32);
    reader_bytes(r, e->mrsigner, sizeof e->mrsigner);
    reader_reserved(r, 32);
    reader_bytes(r, e->sgx.config_id, sizeof e->sgx.config_id);
    e->product = reader_u16(r);
    e->svn = reader_u16(r);
    e->sgx.config_svn = reader_u16(r);
    reader_reserved(r, 42);
    reader_bytes(r, e->sgx.family, sizeof e->sgx.family);
    reader_bytes(r, e->report_data, sizeof e->report_data);
}

/* A.3.2 "TD Quote Body" for TDX 1.0 and 1.5. */
static void read_td(struct reader *r, struct quote *q)
{
    struct tdx_claims *td = &q->td;
    reader_bytes(r, td->tee_tcb_svn, sizeof td->tee_tcb_svn);
    reader_bytes(r, td->mrseam, sizeof td->mrseam);
    reader_bytes(r, td->mrsignerseam, sizeof td->mrsignerseam);
    td->seam_attributes = reader_u64(r);
    td->td_attributes = reader_u64(r);
    td->xfam = reader_u64(r);
    reader_bytes(r, q->mrtd, sizeof q->mrtd);
    reader_bytes(r, td->mrconfigid, sizeof td->mrconfigid);
    reader_bytes(r, td->mrowner, sizeof td->mrowner);
    reader_bytes(r, td->mrownerconfig, sizeof td->mrownerconfig);
    for (size_t i = 0; i < 4; i++)
        reader_bytes(r, td->rtmr[i], sizeof td->rtmr[i]);
    reader_bytes(r, q->td_report_data, sizeof q->td_report_data);
    td->has_1_5 = q->body == QUOTE_BODY_TD_1_5;
    if (td->has_1_5) {
        reader_bytes(r, td->tee_tcb_svn2, sizeof td->tee_tcb_svn2);
        reader_bytes(r, td->mrservicetd, sizeof td->mrservicetd);
    }
}

/* Type and size of the body: said by version 5, known for the others. False if they do not fit the TEE. */
static bool read_body_type(struct reader *r, struct quote *q)
{
    static const uint32_t sizes[] = {
        [QUOTE_BODY_SGX] = QUOTE_ENCLAVE_SIZE, [QUOTE_BODY_TD_1_0] = 584, [QUOTE_BODY_TD_1_5] = 648};
    if (q->version < 5) {
        q->body = q->tee == QUOTE_TEE_SGX ? QUOTE_BODY_SGX : QUOTE_BODY_TD_1_0;
        return true;
    }
    const uint16_t type = reader_u16(r);
    const uint32_t size = reader_u32(r);
    if (type < QUOTE_BODY_SGX || type > QUOTE_BODY_TD_1_5 || size != sizes[type] ||
        (type == QUOTE_BODY_SGX) != (q->tee == QUOTE_TEE_SGX))
        return false;
    q->body = (enum quote_body)type;
    return true;
}

/* A.3.1 "Quote Header". The two numbers behind the TEE are the SVNs of QE and PCE up to version 3, and
 * reserved after it. */
static const char *read_header(struct reader *r, struct quote *q)
{
    q->version = reader_u16(r);
    q->key_type = reader_u16(r);
    q->tee = reader_u32(r);
    if (q->version < 3 || q->version > 5)
        return "a version other than 3, 4 and 5";
    if (q->version == 3 && q->tee != QUOTE_TEE_SGX)
        return "version 3 for another TEE than SGX";
    if (q->version == 3)
        (void)reader_take(r, 4);
    else
        reader_reserved(r, 4);
    reader_bytes(r, q->qe_vendor, sizeof q->qe_vendor);
    (void)reader_take(r, 20); /* user data: the QE's name for itself, signed but of no meaning to us */
    return NULL;
}

static struct span read_sized(struct reader *r)
{
    const uint32_t size = reader_u32(r);
    return reader_take(r, size);
}

/* "QE Report Certification Data", and the same fields of version 3: a QE report, its signature, what it
 * authenticates besides the key, and the certification data of its signer. */
static void read_qe(struct reader *r, struct quote *q)
{
    q->qe_report_bytes = reader_take(r, QUOTE_ENCLAVE_SIZE);
    q->qe_signature = reader_take(r, 64);
    q->qe_authentication = reader_take(r, reader_u16(r));
    q->certification_type = reader_u16(r);
    q->certification = read_sized(r);
}

/* A.4 "Quote Signature Data Structure". */
static const char *read_signature(struct span data, struct quote *q)
{
    struct reader r, inner;
    reader_init(&r, data);
    q->signature = reader_take(&r, 64);
    q->attestation_key = reader_take(&r, 64);
    if (q->version == 3) {
        read_qe(&r, q);
    } else {
        const uint16_t type = reader_u16(&r);
        reader_init(&inner, read_sized(&r));
        if (reader_good(&r) && type != QUOTE_QE_REPORT)
            return "certification data without a QE report (type 6)";
        read_qe(&inner, q);
        if (reader_good(&r) && (!reader_good(&inner) || reader_left(&inner)))
            return "certification data of another size than its parts";
    }
    if (!reader_good(&r))
        return "signature data that ends too early";
    return reader_left(&r) ? "bytes behind the signature data's parts" : NULL;
}

/* Certification data that only names the platform: PPID, CPUSVN, PCESVN and, mostly, PCEID. */
static const char *check_certification(const struct quote *q)
{
    static const size_t ppid[] = {
        [QUOTE_PPID_PLAIN] = 16, [QUOTE_PPID_RSA_2048] = 256, [QUOTE_PPID_RSA_3072] = 384};
    const size_t size = q->certification.size;
    switch (q->certification_type) {
    case QUOTE_PPID_PLAIN:
    case QUOTE_PPID_RSA_2048:
    case QUOTE_PPID_RSA_3072:
        return size == ppid[q->certification_type] + 18 || size == ppid[q->certification_type] + 20
                   ? NULL
                   : "a platform's identifier of another size";
    case QUOTE_PCK_LEAF:
    case QUOTE_PCK_CHAIN:
    case QUOTE_PLATFORM_MANIFEST:
        return size ? NULL : "empty certification data";
    case QUOTE_QE_REPORT:
        return "a QE report inside a QE report's certification data";
    default:
        return "certification data of an unknown type";
    }
}

static const char *read_whole(struct span evidence, struct quote *q)
{
    struct reader r, qe;
    reader_init(&r, evidence);
    const char *problem = read_header(&r, q);
    if (problem)
        return problem;
    if (!read_body_type(&r, q))
        return reader_good(&r) ? "a body that its TEE has not" : "a quote that ends too early";
    if (q->body == QUOTE_BODY_SGX)
        read_enclave(&r, &q->enclave);
    else
        read_td(&r, q);
    q->signed_part = span_of(evidence.data, evidence.size - reader_left(&r));
    const struct span signature = read_sized(&r);
    if (!reader_good(&r))
        return "a quote that ends too early";
    q->trailing = reader_left(&r);
    problem = read_signature(signature, q);
    if (problem)
        return problem;
    reader_init(&qe, q->qe_report_bytes);
    read_enclave(&qe, &q->qe);
    q->reserved_zero = !r.not_reserved && !qe.not_reserved;
    return check_certification(q);
}

bool quote_read(struct span evidence, struct quote *quote)
{
    *quote = (struct quote){0};
    quote->problem = read_whole(evidence, quote);
    return !quote->problem;
}
