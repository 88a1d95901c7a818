import process from 'node:process'
import { openKeyStore } from '../../src/signing/store/store.ts'

/** Prints the private key of the name given, for the test that looks for it. The program itself never does. */
const { env } = process
const store = await openKeyStore({ profile: env.COFFER_PROFILE as string, environment: env })
const { privateKey } = await store.get(process.argv[2] as string)
process.stdout.write(privateKey.export({ format: 'pem', type: 'pkcs8' }))
