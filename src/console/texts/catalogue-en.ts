import { pagesEn } from '#messages/pages/en';
import { wordsEn } from '#messages/words-en';

/** All that pages say in this language: a file of its own, so that a browser loads no other. */
export const catalogue = { ...wordsEn, texts: { ...wordsEn.texts, ...pagesEn } };
