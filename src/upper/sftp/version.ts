/** INIT and VERSION: the version, and what else each side can do (draft-ietf-secsh-filexfer-02 section 4, -13 section 5). */
import { extend } from '../../ssh/extend.ts';
import { type MessageDef, message } from '../../ssh/message.ts';
import { plain } from '../../ssh/words.ts';
import { box, type Codec, counted, described, repeat, rest, struct, text, uint8, uint32, uint64 } from '../../wire/codec.ts';

const uint16: Codec<number> = {
  kind: 'uint16',
  read: (c) => {
    c.need(2, 'uint16');
    return uint8.read(c) * 256 + uint8.read(c);
  },
  write: (w, v) => {
    w.uint8(v >>> 8);
    w.uint8(v & 255);
  },
};

const masks = {
  supportedAttributeMask: described(uint32, 'Attributes that may be set.'),
  supportedAttributeBits: described(uint32, 'Properties that may be set.'),
  supportedOpenFlags: described(uint32, 'Flags of OPEN.'),
  supportedAccessMask: described(uint32, 'Bits of access control lists.'),
  maxReadSize: described(uint32, 'Bytes that one READ is sure to give.'),
};

/** Extensions whose value has a structure. */
const STRUCTURED: ReadonlyMap<string, Codec<object>> = new Map<string, Codec<object>>(
  Object.entries({
    supported: struct({ ...masks, extensionNames: described(repeat(text), 'Further requests.') }),
    supported2: struct({
      ...masks,
      supportedOpenBlockVector: described(uint16, 'Locks that OPEN can ask for.'),
      supportedBlockVector: described(uint16, 'Locks that BLOCK can ask for.'),
      attribExtensionNames: described(counted(text), 'Further attributes.'),
      extensionNames: described(counted(text), 'Further requests.'),
    }),
    'vendor-id': struct({
      vendorName: described(text, 'Who made the program.'),
      productName: described(text, 'Its name.'),
      productVersion: described(text, 'Its version.'),
      productBuildNumber: described(uint64, 'Its build.'),
    }),
    'acl-supported': struct({ capabilities: described(uint32, 'Kinds of entries in access control lists.') }),
  }),
);

const bare: Codec<object> = struct({ data: described(rest, 'Its value.') });

const extension = extend(struct({ name: described(text, 'Name of the extension.') }), (v) =>
  struct({ value: described(box(STRUCTURED.get(v.name) ?? bare), 'What there is to say of it.') }),
);

/** The version, and pairs of name and value up to the end. */
export const initialisation = struct({
  version: described(uint32, 'The highest version that the client speaks; from the server the one that is spoken.'),
  extensions: described(repeat(extension), 'What the sender can do beyond it.'),
});

/** The server's answer to INIT. */
export const versionMessage: MessageDef = message(
  2,
  'SSH_FXP_VERSION',
  'draft-ietf-secsh-filexfer-02#4',
  'The server says which version is spoken from here on, and what it can do beyond it.',
  initialisation,
  (v) => {
    const names = (v.extensions ?? []).map((e) => plain(e?.name, 40)).join(', ');
    return `version ${v.version ?? '?'}${names === '' ? '' : `, ${names}`}`;
  },
);
