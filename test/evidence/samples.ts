import {
  check,
  digestOf,
  HOUR,
  NOW,
  PASSED_CHECKS,
  type Sample,
  sample,
  sampleInput,
  sampleManifest,
  sampleTopic,
} from './sample-parts.ts'

/** Reports of every shape, of made-up backups. Nothing here is random: the same bytes each time. */

const findings = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    topic: index % 3 === 0 ? 'transactions' : 'settlements',
    partition: index % 9,
    source_offset: 1000 + index * 17,
    target_offset: index % 4 === 0 ? null : 990 + index * 17,
    kind: ['missing', 'changed', 'extra', 'misplaced'][index % 4],
    reason:
      index % 4 === 1
        ? `value differs: expected 512 bytes with SHA-256 ${digestOf(String(index)).slice(0, 16)}, got 498 bytes`
        : 'no such record on the target',
  }))

/** Checks with the figures and lists as a validation gives them. */
function foundDifferences() {
  const place = { topic: 'transactions', target_topic: 'validation-transactions', target_partition: 1 }
  const differences = [
    { kind: 'changed', ...place, partition: 1, source_offset: 1234, target_offset: 1240, fields: ['value'] },
    { kind: 'missing', ...place, partition: 1, source_offset: 1235, target_offset: null },
    { kind: 'extra', ...place, partition: null, source_offset: null, target_offset: 1242 },
  ].map((one) => ({ ...one, what: one.kind === 'changed' ? 'its value differs from byte 17 of 44' : 'not there' }))
  const figures = { topics: 3, partitions: 9, expected: 9000, found: 9000, bytes: 2_565_490, identical: 8998 }
  const counts = { missing: 1, extra: 1, changed: 1, misplaced: 0, unfollowed: 0, before: 0, problems: [] }
  return [
    check('ContentCheck', 'FAILED', '3 topics, 9 partitions; 3 differences', {
      check: 'ContentCheck',
      restore_id: '72f5b46785a5e6f4',
      ...figures,
      ...counts,
      differences_total: 3,
      differences,
      fail_threshold: 0,
      sampled: false,
      resumed_from: '2026-04-05T01:59:06.123Z',
    }),
    check('ConsumerGroupOffsetCheck', 'FAILED', '1 consumer group verified; 3 offsets checked; 1 issue', {
      check: 'ConsumerGroupOffsetCheck',
      groups_checked: 1,
      total_offsets: 3,
      snapshot_time: '2026-04-04T20:14:05.000Z',
      positions_outside: 0,
      groups_unread: [{ group: 'billing', code: 'KAFKA_NOT_ALLOWED' }],
      groups_unread_total: 1,
      issues: [
        { group: 's', topic: 'validation-transactions', partition: 0, issue: 'behind', expected: 123, actual: 100 },
      ],
      issues_total: 1,
    }),
  ]
}

/** Every shape that a report can have; each is looked at by veraPDF in the PDF gate. */
/** A sentence for each script that reports can show beyond Latin, Greek and Cyrillic. */
export const WORLD_TEXTS: readonly string[] = [
  '数据备份已经完成，所有记录都可以核对。直骨今',
  '監査人（東京\u3000太郎）が「直骨今」を確認しました。㈱',
  '백업이 완료되었습니다. 記錄 확인',
  'اكتمل النسخ الاحتياطي، 123 سجلاً (orders-1) يوم ٢٠٢٦. می\u200cخواهم',
  'הגיבוי הושלם, 123 רשומות (מסמך 🧾 חתום) בנושא orders-1. שָׁלוֹם',
  'topic "נושא-א" has 5 records, and "موضوع" has 7, as said.',
  'बैकअप पूरा हुआ। क्षत्रिय स्त्री प्रमाण',
  'การสำรองข้อมูลเสร็จสมบูรณ์แล้ว ผู้ตรวจสอบยืนยันบันทึกทั้งหมด',
  'Պահուստավորումն ավարտված է; სარეზერვო ასლი მზადაა',
  '🧾👩‍💻👍🏽❤️🇩🇪1️⃣ ⌘ ☃ ♞ ∮ 𝔸 ⠿ ➜ ★',
]

export function samples(): Sample[] {
  const extraction = sampleInput({
    kind: 'extraction',
    reportId: 'extraction-0b7a1f52-7f7a-4e0e-9f6e-1f2a3b4c5d6e',
    restore: null,
    topics: [{ source: 'transactions', target: null }],
    window: { start: NOW - 60 * 24 * HOUR, end: NOW - 30 * 24 * HOUR, time: 'record' },
    filters: '{"json":"$.customer_id","equals":"C17"}',
    validationSeconds: null,
    verifierPageSha256: digestOf('page'),
    case: {
      matter: 'REG-2026-014',
      custodian: 'Records',
      requested_by: 'Financial supervisor',
      reason: 'Customer C17, third quarter',
    },
    checks: [
      check('ExtractionCheck', 'PASSED', '142 of 960 segments read, 818 skipped, 0 failed; 214 records matched', {
        segments_read: 142,
        segments_skipped: 818,
        segments_failed: 0,
        records_read: 142_000,
        records_matched: 214,
      }),
    ],
  })
  const facts = {
    records: 214,
    bytes: 187_000,
    redacted: 12,
    undecodable: 0,
    segments_read: 142,
    segments_skipped: 818,
    segments_failed: 0,
    content_sha256: digestOf('content'),
    formats: ['ndjson', 'csv', 'parquet'],
    rules: [
      { id: 'mask-iban', what: 'the value of $.iban is replaced by a keyed hash, so that equal values stay equal' },
    ],
  }
  const timeTravellers = sampleTopic('Ωμέγα-журнал', 2, 2)
  for (const partition of timeTravellers.partitions)
    for (const segment of partition.segments) segment.max_timestamp = 9_223_372_036_854_775_807n
  const many = sampleManifest([sampleTopic('trades', 300, 2, { control: 3, aborted: 17, deleted_before: 40 })])
  const large = sampleManifest([sampleTopic('ledger-payments', 50, 100)])
  const longName = `ledger-${'very-long-topic-name.'.repeat(11)}`.slice(0, 249)
  return [
    sample('passed', sampleInput()),
    sample('passed-letter', sampleInput(), 'Letter'),
    sample('warning', sampleInput({ checks: PASSED_CHECKS })),
    sample(
      'failed',
      sampleInput({
        checks: [
          check('IntegrityCheck', 'PASSED', '9 segments read; 0 findings', { deep: true, segments: 9 }),
          check('ContentCheck', 'FAILED', '9,000 records compared; 1,203 missing, 2 extra, 310 changed, 41 misplaced', {
            mode: 'exact',
            records_compared: 9000,
            missing: 1203,
            extra: 2,
            changed: 310,
            misplaced: 41,
            findings: findings(400),
            findings_total: 1556,
          }),
          check('MessageCountCheck', 'FAILED', '3 topics; 9,000 messages expected, 7,799 restored; 2 discrepancies', {
            topics_verified: 3,
            discrepancies: [
              { topic: 'transactions', expected: 3000, restored: 2100 },
              { topic: 'settlements', expected: 3000, restored: 2699 },
            ],
          }),
          check('CustomWebhook:ledger balance', 'INDETERMINATE', 'the answer "maybe" is not known', {
            url: 'https://hooks.example/ledger',
            status: 200,
          }),
        ],
        manifest: sampleManifest([
          sampleTopic('transactions', 3, 1),
          sampleTopic('settlements', 3, 1, { control: 3, deleted_during: 12 }),
          sampleTopic('audit-log', 3, 1),
        ]),
      }),
    ),
    sample('differences', sampleInput({ checks: foundDifferences() })),
    sample(
      'indeterminate-unsigned',
      sampleInput({
        checks: [],
        signing: null,
        timeline: [],
        toolDigest: null,
        clock: { source: 'host clock', offset_ms: null },
        retention: { days: null, lock: null },
        operator: { os_user: 'backup', name: null, role: null, meaning: null },
      }),
    ),
    sample('extraction-none', {
      ...extraction,
      extraction: { ...facts, records: 0, bytes: 0, redacted: 0, rules: [] },
    }),
    sample('extraction', { ...extraction, extraction: facts }, 'Letter'),
    sample(
      'monthly',
      sampleInput({
        kind: 'monthly',
        reportId: 'monthly-7c5d3b52-7f7a-4e0e-9f6e-1f2a3b4c5d6e',
        restore: null,
        checks: [check('BackupRunsCheck', 'WARNING', '13 of 14 runs complete')],
        monthly: {
          month: '2026-03',
          runs: 14,
          runs_complete: 13,
          success_rate: 13 / 14,
          coverage: ['transactions', 'settlements', 'audit-log'].map((topic) => ({
            topic,
            partitions: 3,
            records: 3000,
            last_backup_at: new Date(NOW - 6 * HOUR).toISOString(),
            gaps: topic === 'audit-log' ? 1 : 0,
          })),
          restores: [
            {
              restore_id: 'r-2026-03-12-0001',
              at: new Date(NOW - 20 * 24 * HOUR).toISOString(),
              by: 'ada',
              records: 9000,
              validated: 'PASSED',
            },
          ],
          validations: [
            {
              report_id: 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f',
              at: new Date(NOW - 20 * 24 * HOUR).toISOString(),
              overall_result: 'PASSED',
              by: 'ada',
            },
          ],
          locks: [
            {
              mode: 'COMPLIANCE',
              retain_until: '2033-04-05T00:00:00.000Z',
              legal_hold: true,
              reason: 'GetObjectRetention of the manifest',
            },
          ],
          open_findings: [
            { severity: 'warning', text: 'run 7 was interrupted; run 8 took up what it had not reached' },
          ],
        },
      }),
    ),
    sample('300-partitions', sampleInput({ manifest: many, topics: null })),
    sample('5000-segments', sampleInput({ manifest: large, topics: null })),
    sample(
      'odd-characters',
      sampleInput({
        manifest: sampleManifest([timeTravellers, sampleTopic(longName, 1, 1)]),
        topics: [
          { source: 'Ωμέγα-журнал', target: '東京-注文' },
          { source: longName, target: longName.toUpperCase() },
        ],
        triggeredBy:
          'Zażółć gęślą jaźń, Ελληνικά, Кириллица, 東京, العربية, עברית, 🧾👩‍💻, \u202eevil\u202c, tab\there, nul\0, half \ud83d surrogate, \ue000 private',
        operator: {
          os_user: 'jürgen',
          name: 'Jürgen Ångström-Żółć',
          role: 'Überwachung',
          meaning: 'geprüft — “freigegeben”',
        },
        checks: [
          check('ContentCheck', 'FAILED', `1 record differs: key "${'k'.repeat(3000)}" \u0000\u0007\u001b[31m`, {
            findings: [
              { topic: longName, partition: 0, key: `東京🧾${'ключ-'.repeat(300)}`, reason: 'value differs' },
              {
                topic: 'Ωμέγα-журнал',
                partition: 1,
                key: 'short',
                reason: 'α≠β; line\nbreak; “quotes”; 1½ × 2 ≤ 4 → ∞',
              },
            ],
            findings_total: 2,
          }),
        ],
      }),
    ),
    sample(
      'world-scripts',
      sampleInput({
        manifest: sampleManifest([sampleTopic('東京-注文', 1, 1), sampleTopic('הזמנות-א', 1, 1)]),
        topics: null,
        triggeredBy: 'السجلات',
        operator: { os_user: '山田', name: '山田太郎', role: 'مدير السجلات', meaning: 'נבדק ואושר' },
        checks: WORLD_TEXTS.map((text, index) => check(`CustomWebhook:${index}`, 'PASSED', text)),
      }),
    ),
  ]
}
