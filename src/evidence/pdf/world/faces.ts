/**
 * The faces for scripts that the report's own ones don't have: Noto for all but Arabic, under the Open Font License,
 * unchanged, in assets/fonts (docs/decisions/13). None is opened before a text asks for it.
 */
export type WorldFace =
  | 'chinese'
  | 'japanese'
  | 'korean'
  | 'arabic'
  | 'hebrew'
  | 'devanagari'
  | 'thai'
  | 'armenian'
  | 'georgian'
  | 'symbols'
  | 'symbols2'
  | 'math'
  | 'emoji'

interface World {
  file: string
  /** OpenType's tag of the script, for faces of one script. */
  script?: string
  /** Letters are written from right to left. */
  rightToLeft?: true
  /** A line may end after any character of it. */
  ideographic?: true
}

const WORLD: Readonly<Record<WorldFace, World>> = {
  chinese: { file: 'NotoSansSC', ideographic: true },
  japanese: { file: 'NotoSansJP', ideographic: true },
  korean: { file: 'NotoSansKR', ideographic: true },
  // Noto's takes its letters apart into strokes and dots, after which no map leads back to the text.
  arabic: { file: 'IBMPlexSansArabic', script: 'arab', rightToLeft: true },
  hebrew: { file: 'NotoSansHebrew', script: 'hebr', rightToLeft: true },
  devanagari: { file: 'NotoSansDevanagari', script: 'dev2' },
  thai: { file: 'NotoSansThai', script: 'thai' },
  armenian: { file: 'NotoSansArmenian', script: 'armn' },
  georgian: { file: 'NotoSansGeorgian', script: 'geor' },
  symbols: { file: 'NotoSansSymbols' },
  symbols2: { file: 'NotoSansSymbols2' },
  math: { file: 'NotoSansMath' },
  emoji: { file: 'NotoEmoji' },
}

export const WORLD_FACES = Object.keys(WORLD) as WorldFace[]

export function isWorld(face: string): face is WorldFace {
  return face in WORLD
}

/** Name of the packed file in assets/fonts. */
export function worldFile(face: WorldFace): string {
  return `${WORLD[face].file}_400Regular.ttf.zst`
}

export function worldOf(face: WorldFace): World {
  return WORLD[face]
}

/** Characters of Chinese, Japanese and Korean, and the punctuation and wide forms that go with them. */
export const CJK =
  /[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\u3000-\u303f\u31c0-\u33ff\uff00-\uffef]/u

const ONE_SCRIPT: readonly [RegExp, WorldFace][] = [
  [/\p{scx=Arab}/u, 'arabic'],
  [/\p{scx=Hebr}/u, 'hebrew'],
  [/\p{scx=Deva}/u, 'devanagari'],
  [/\p{scx=Thai}/u, 'thai'],
  [/\p{scx=Armn}/u, 'armenian'],
  [/\p{scx=Geor}/u, 'georgian'],
]

/**
 * The faces that may have a character, best first; none for a script that is not here, so that no file is opened in vain.
 * @param around the text that it stands in: Chinese characters have other forms in Japanese and in Korean
 */
export function worldFacesFor(character: string, around: string): readonly WorldFace[] {
  if (CJK.test(character)) return [...eastAsian(around), 'symbols2', 'emoji']
  for (const [script, face] of ONE_SCRIPT) if (script.test(character)) return [face]
  if (!/[\p{Script=Common}\p{Script=Inherited}\p{Script=Brai}]/u.test(character)) return []
  return /\p{Emoji_Presentation}/u.test(character)
    ? ['emoji', 'symbols2', 'symbols']
    : ['symbols', 'symbols2', 'math', 'emoji', 'chinese']
}

function eastAsian(around: string): readonly WorldFace[] {
  if (/[\p{Script=Hira}\p{Script=Kana}]/u.test(around)) return ['japanese', 'chinese', 'korean']
  if (/\p{Script=Hang}/u.test(around)) return ['korean', 'chinese', 'japanese']
  return ['chinese', 'japanese', 'korean']
}
