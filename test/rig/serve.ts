import { startKafka } from './kafka.ts'
import { startS3 } from './s3.ts'
import { sharedEnvironment } from './shared.ts'

/** A broker and an S3 server for many test runs, until Ctrl-C: prints the `export` lines that make the tests use them. */
const kafka = await startKafka({ heap: '1g', lasting: true })
const s3 = await startS3()
for (const [name, value] of Object.entries(sharedEnvironment(kafka, s3))) console.log(`export ${name}='${value}'`)
const end = () => void Promise.all([s3.stop(), kafka.stop()]).then(() => process.exit(0))
process.on('SIGINT', end)
process.on('SIGTERM', end)
setInterval(() => {}, 1 << 30)
