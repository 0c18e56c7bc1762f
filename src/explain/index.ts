/** What is said about a capture beyond its fields: notes on packets, and the story of each session. */

export { bothUnderNone, neverEncrypted } from './clear.ts';
export { ExchangeCollector, type ExchangeExplanation, explain } from './exchange-hash.ts';
export { allMessages, GLOSSARY, type MessageTerm, messagesNamed, nearMessages, nearTerms, type Term, termsNamed } from './glossary.ts';
export { type Annotator, type Chapter, type Ground, LEVELS, type Level, type Note, type Reference } from './note.ts';
export { ANNOTATORS, notesOf, notesOfIdentification } from './packets/index.ts';
export { CHAPTERS, StoryCollector, type StoryOptions } from './story/index.ts';
