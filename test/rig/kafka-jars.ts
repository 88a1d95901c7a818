import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, cacheRoot, mustRun } from './cache.ts'

export const KAFKA_VERSION = '4.1.0'
/** The oldest release that Coffer claims to work with. */
export const OLDEST_KAFKA = '2.4.1'
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const INSTALL_JAVA = 'install a JDK of version 17 or later (Debian: apt install openjdk-17-jdk-headless)'
const INSTALL_MAVEN = 'install Apache Maven (Debian: apt install maven)'

const pom = (version: string) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>coffer.rig</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

/** @throws what to install where this machine has no Java, or too old a one for Kafka */
export async function requireJava(): Promise<void> {
  const { stdout, stderr } = await mustRun('java', ['-version'], { install: INSTALL_JAVA })
  const version = /version "(\d+)/.exec(`${stderr}${stdout}`)?.[1]
  if (version !== undefined && Number(version) < 17) throw new Error(`"java" is version ${version}: ${INSTALL_JAVA}`)
}

/** The folder with Apache Kafka's jars, fetched on first use by Maven from wherever this machine's Maven looks. */
export async function kafkaJars(version: string = KAFKA_VERSION): Promise<string> {
  return cached(`kafka-${version}`, `fetching Apache Kafka ${version} by Maven, about 55 MB`, async (to) => {
    await requireJava()
    await writeFile(join(to, 'pom.xml'), pom(version))
    const jars = join(to, 'jars')
    const args = ['-q', '-B', COPY_DEPENDENCIES, `-DoutputDirectory=${jars}`, '-DincludeScope=runtime']
    await mustRun('mvn', args, { cwd: to, install: INSTALL_MAVEN })
    for (const jar of readdirSync(jars)) await rename(join(jars, jar), join(to, jar))
    await rm(jars, { recursive: true })
  })
}

/** Name of the cache's folder with `KEPT_CLASSES`. */
export const KEPT = `kafka-${KAFKA_VERSION}-classes`
/** Kafka's classes as a Java that had loaded and checked them left them (class data sharing). */
export const KEPT_CLASSES = 'kafka.jsa'

/**
 * Java's options with which it takes Kafka's classes as a former run left them, if there was one: hundreds of programs
 * start in the tests, at half of the processor time. Java looks whether they are of its own version and of these jars, and
 * loads them itself where they are not.
 */
export function keptClasses(): string[] {
  const file = join(cacheRoot(), KEPT, KEPT_CLASSES)
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`, '-Xlog:disable'] : []
}

/** The class path of a broker, of Kafka's own command line tools, and of the Java helper. */
export async function kafkaClassPath(version: string = KAFKA_VERSION): Promise<string> {
  return join(await kafkaJars(version), '*')
}

/** Compiles the Java sources beside this file against Kafka's jars, once for each state of the sources. */
export async function compiledHelper(): Promise<string> {
  const sources = join(import.meta.dirname, 'java')
  const files = readdirSync(sources)
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join(sources, name))
  const hash = createHash('sha256').update(KAFKA_VERSION)
  for (const file of files) hash.update(readFileSync(file))
  const classPath = await kafkaClassPath()
  const classes = await cached(
    `rig-java-${hash.digest('hex').slice(0, 16)}`,
    'compiling the Java helper',
    async (to) => {
      await mkdir(to, { recursive: true })
      const args = ['-nowarn', '--release', '17', '-cp', classPath, '-d', to, ...files]
      await mustRun('javac', args, { install: INSTALL_JAVA })
    },
  )
  // Kafka's own come first: only then Java takes its classes from `keptClasses`.
  return `${classPath}:${classes}`
}
