/*
 * Characters that are not seen, or are taken for others (Unicode Technical Standard 39 names the problem). None of them is forbidden in a
 * name: they are shown by their codes.
 */

// Control and format characters, what a reader leaves out (Unicode's Default_Ignorable_Code_Point: fillers, variation selectors, tags, zero-width), separators of lines,
// and blanks other than the space: they hide or reorder what is read.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/u;

/** Whether a character shows nothing, or changes how its neighbours are shown. */
export function isUnseen(character: string): boolean {
  return UNSEEN.test(character);
}

// Marks, vowels and finals of Hangul, and the one other letter (of Kirat Rai) that Unicode's canonical composition takes as the second of two.
const JOINING = /[\p{M}\u1161-\u1175\u11a8-\u11c2\u{16d67}]/u;

/** Whether a character is drawn as a part of the one before it, or both together could be another character. */
export function joinsTheOneBefore(character: string): boolean {
  return JOINING.test(character);
}

// Letters of other scripts that most typefaces draw as a letter or digit of ASCII.
const ALIKE_LETTERS = new Set(
  [
    'АВЕЅІЈКМНОРСТУХЗЬаеѕіјорсухԁԛԝһҮүӀӏгѴѵ',
    'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳονιρυϲαγκ',
    'ՍՏՕօսցհոզԼ',
    'ᎪᎬᎷᎻᏀᏃᏢᏒᏚᎢᏙᏔᏴᎡᎠᏞᏟ',
    'ꓐꓑꓓꓖꓗꓙꓚꓝꓟꓠꓡꓢꓣꓤꓥꓦꓧꓨꓩꓪꓫꓬꓮꓰꓲꓳꓴꓵꓶꓷꓸꓹꓺꓻꓼꓽ',
    'ıȷɡɑɩʏʀᴄᴏᴠᴡᴢꜱǃ',
  ].flatMap((letters) => [...letters]),
);
// Points, strokes and dashes that are drawn as `.`, `/`, `\`, `:`, `%`, `-` of ASCII.
const ALIKE_MARKS = new Set([...'․．⁄∕⧸／╱∖⧵⧹＼∶ː꞉٪％‐‑‒–−﹘﹣⁃˗٠۰０•‥…']);
// Chinese is written with wide punctuation, and it is seen to be wider than the ASCII signs.
const WIDE_PUNCTUATION = /[\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/;
const ASCII_LETTER = /[A-Za-z]/;
const LETTER = /\p{L}/u;

/** Whether a character alone stands for one of ASCII: wide, mathematical, circled, superscript and ligature forms, and look-alike marks. */
function standsForAscii(character: string): boolean {
  if (ALIKE_MARKS.has(character)) return true;
  if (WIDE_PUNCTUATION.test(character)) return false;
  const plain = character.normalize('NFKC');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
  return plain !== character && /^[\u0000-\u007f]+$/.test(plain);
}

/**
 * Returns a test that says whether a character of this name may be taken for another. Three kinds may. First, a character that alone stands
 * for one of ASCII. Second, a look-alike letter of another script: in the extension, beside ASCII letters, or where the name has such
 * letters only and nothing shows their script (a name in Russian stays readable). Third, in a name that another spelling (Unicode's NFC)
 * would draw the same, each character that joins the one before it or is spelled otherwise there.
 */
export function lookAlikesOf(name: string): (character: string) => boolean {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const letters = [...stem].filter((character) => LETTER.test(character));
  const mixed = letters.some((letter) => ASCII_LETTER.test(letter)) || letters.every((letter) => ALIKE_LETTERS.has(letter));
  const extension = new Set(dot > 0 ? name.slice(dot) : '');
  const composable = name.normalize('NFC') !== name;
  return (character) =>
    standsForAscii(character) ||
    (ALIKE_LETTERS.has(character) && (mixed || extension.has(character))) ||
    (composable && (joinsTheOneBefore(character) || character.normalize('NFC') !== character));
}
