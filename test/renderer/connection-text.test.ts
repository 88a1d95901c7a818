import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrongServer } from '../../src/renderer/pages/connections/field-words.ts'
import { emptyFields, fieldsOf, textOf, variableFor } from '../../src/renderer/pages/connections/form-text.ts'

test('a cluster with a password becomes the section that the engine reads, without the password', () => {
  const fields = emptyFields()
  Object.assign(fields.cluster, {
    servers: 'a:9093, b:9093',
    username: 'coffer',
    passwordVariable: 'COFFER_X_PASSWORD',
  })
  assert.equal(
    textOf('source', fields),
    `bootstrap_servers:
  - a:9093
  - b:9093
security:
  security_protocol: SASL_SSL
  sasl_mechanism: SCRAM-SHA-512
  sasl_username: coffer
  sasl_password: \${COFFER_X_PASSWORD}
`,
  )
})

test('what the form writes it reads again, for every kind', () => {
  const fields = emptyFields()
  Object.assign(fields.cluster, {
    servers: 'a:9093',
    protocol: 'SSL',
    ca: '/ca.pem',
    certificate: '/c.pem',
    key: '/k.pem',
  })
  assert.deepEqual(fieldsOf('target', textOf('target', fields))?.cluster, fields.cluster)
  for (const protocol of ['PLAINTEXT', 'SASL_PLAINTEXT'] as const) {
    const other = emptyFields()
    Object.assign(other.cluster, { servers: 'a:9092', protocol })
    assert.deepEqual(fieldsOf('source', textOf('source', other))?.cluster, other.cluster)
  }
  const s3 = emptyFields()
  Object.assign(s3.storage, {
    backend: 's3',
    bucket: 'abc',
    region: 'eu-central-1',
    endpoint: 'http://x:1',
    allowHttp: true,
    accessKeyVariable: 'A',
    secretKeyVariable: 'B',
  })
  assert.deepEqual(fieldsOf('storage', textOf('storage', s3))?.storage, s3.storage)
})

test('a text that says more than the form knows stays a text', () => {
  assert.equal(fieldsOf('source', 'bootstrap_servers: [a:1]\ntopics: { include: [x] }\n'), null)
  assert.equal(
    fieldsOf('source', 'bootstrap_servers: [a:1]\nsecurity: { security_protocol: SASL_SSL, sasl_password: "clear" }\n'),
    null,
  )
  assert.equal(fieldsOf('storage', 'backend: azure\n'), null)
  assert.equal(fieldsOf('source', ': ['), null)
})

test('a variable’s name is made of the connection’s', () => {
  assert.equal(variableFor('Trading (Zürich)', 'PASSWORD'), 'COFFER_TRADING_ZU_RICH_PASSWORD')
  assert.match(variableFor('日本', 'PASSWORD'), /^COFFER_[A-Z_]+$/)
})

test('an address without a port is named before anything is tried', () => {
  for (const good of ['', 'a:9092', 'a:9092, b.example.com:9093', '[::1]:9092\n10.0.0.1:1']) {
    assert.equal(wrongServer(good), null, good)
  }
  assert.equal(wrongServer('a:9092, kafka.example.com'), 'kafka.example.com')
  assert.equal(wrongServer('PLAINTEXT://a:9092'), 'PLAINTEXT://a:9092')
})
