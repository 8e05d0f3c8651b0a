import { pagesZhCN } from '#messages/pages/zh-CN';
import { wordsZhCN } from '#messages/words-zh-CN';

/** All that pages say in this language: a file of its own, so that a browser loads no other. */
export const catalogue = { ...wordsZhCN, texts: { ...wordsZhCN.texts, ...pagesZhCN } };
