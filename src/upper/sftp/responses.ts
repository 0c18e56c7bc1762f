/** Answers of the server (draft-ietf-secsh-filexfer-02 section 7, -13 section 9). */
import { toHex } from '../../bytes/hex.ts';
import { type MessageDef, message } from '../../ssh/message.ts';
import { count, joined, labelled, quoted, size } from '../../ssh/words.ts';
import { boolean, type Codec, counted, described, named, optional, rest, string, struct, text, uint32 } from '../../wire/codec.ts';
import { type Attributes, attributesOf, type Version } from './attributes.ts';
import { listing } from './listing.ts';
import { requestId } from './requests.ts';
import { STATUS } from './status.ts';
import { versionMessage } from './version.ts';

const DRAFT = 'draft-ietf-secsh-filexfer';

/** In front of what an answer says: what it answers. */
const to = (request: string | undefined) => request !== undefined && `to ${request}`;

/** Versions before 3 have neither message nor language; what stands behind these is different for each result. */
const status = message(
  101,
  'SSH_FXP_STATUS',
  `${DRAFT}-13#9.1`,
  'Says how a request ended.',
  struct({
    id: requestId,
    errorCode: described(named(uint32, STATUS), 'How it ended.'),
    errorMessage: described(optional(text), 'The same in words.'),
    languageTag: described(optional(text), 'Language of the message (RFC 3066).'),
    data: described(optional(rest), 'More about the error.'),
  }),
  (v, request) => {
    const told = v.errorCode !== 0 && typeof v.errorMessage === 'string' && v.errorMessage !== '' && quoted(v.errorMessage);
    return joined(labelled(v.errorCode, STATUS), told, to(request));
  },
);

const handle = message(
  102,
  'SSH_FXP_HANDLE',
  `${DRAFT}-02#7`,
  'The file or directory is open.',
  struct({ id: requestId, handle: described(string, 'What the requests about it will name it by.') }),
  (v, request) => joined(v.handle instanceof Uint8Array ? toHex(v.handle.subarray(0, 16)) : '?', to(request)),
);

function data(version: Version): MessageDef {
  const end = version < 6 ? {} : { endOfFile: described(optional(boolean), 'Whether the file ends here.') };
  return message(
    103,
    'SSH_FXP_DATA',
    `${DRAFT}-02#7`,
    'Bytes of the file.',
    struct({ id: requestId, data: described(string, 'The bytes.'), ...end }),
    (v, request) => joined(size(v.data), to(request)),
  );
}

/** A name in a list. */
export interface Name {
  readonly filename: string;
  /** What `ls -l` of the server prints; up to version 3. */
  readonly longname?: string;
  readonly attrs: Attributes;
}

function name(version: Version): MessageDef {
  const filename = described(text, 'Name of the file.');
  const attrs = attributesOf(version);
  const one = version > 3 ? struct({ filename, attrs }) : struct({ filename, longname: described(text, 'A line of ls -l.'), attrs });
  const list = described(counted(one as Codec<Name>), 'The names.');
  const end = version < 6 ? {} : { endOfList: described(optional(boolean), 'Whether there are no more.') };
  return message(
    104,
    'SSH_FXP_NAME',
    `${DRAFT}-02#7`,
    'Names of files: what a directory holds, or what a path stands for.',
    struct({ id: requestId, names: list, ...end }),
    (v, request) => {
      const names = v.names ?? [];
      const shown = names.slice(0, 4).map((n) => quoted(n?.filename, 40));
      const more = names.length > shown.length ? ['…'] : [];
      const many = names.length === 1 ? '' : count(names, 'name');
      return joined([many, [...shown, ...more].join(', ')].filter((part) => part !== '').join(': '), to(request));
    },
  );
}

const attrs = (version: Version) =>
  message(105, 'SSH_FXP_ATTRS', `${DRAFT}-02#7`, 'Attributes of a file.', struct({ id: requestId, attrs: attributesOf(version) }), (v, request) =>
    joined(listing(v.attrs), to(request)),
  );

/** All answers of `version`, but for those to extended requests. */
export function responsesOf(version: Version): readonly MessageDef[] {
  return [versionMessage, status, handle, data(version), name(version), attrs(version)];
}
