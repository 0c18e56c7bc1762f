/** Public keys and certificates that `ssh-keygen` (OpenSSH 9.2) and `puttygen` 0.78 made, with what `ssh-keygen -l` (`puttygen -l` for Ed448) printed of them. */

export interface KeyVector {
  readonly type: string;
  readonly bits: number;
  readonly sha256: string;
  readonly md5: string;
  /** Base64, as in a .pub file. */
  readonly blob: string;
}

export const KEYS: readonly KeyVector[] = [
  {
    type: 'ssh-rsa',
    bits: 3072,
    sha256: 'SHA256:yOjYjjmgBKvXL77MS+8LlE4fqTphTgwBKLoy0FmaC4w',
    md5: 'MD5:0d:bf:28:ba:f5:7b:ac:48:35:ca:d7:00:37:1b:d7:7b',
    blob: 'AAAAB3NzaC1yc2EAAAADAQABAAABgQCLCpVjsV5gljmdB+Z6XFdNaJZejweDLkYE7PejYYGF2sPnQ8Fy4WohTeJAoI6YU/JIKLG+ZMAu/cnsUJIOxVxlSZ5l+KFlRA6IphKPClZctckgRMMTrxyy4fOMT7ANkdTyA8XZws/cJfu1UcXu/rreHuW1QtJDkpzYMmWw70nHgR5i6fvaxOAX6tLi2F3UHtUeKHEXH1nbDNoehptuMiGZlPTb37V7GhWF9WPufrSREWOySQ14HdASwhC+XN8yApqi1V3u3SZtcMhJUoW7uT1M4AbiEk93DpvdjIterSoTz2/TQSAcdUmbQ9oltjsSBPadHb4kI3UETc0q159UvwTZRYet4i2r21PKDJkYLPqerZqzU8NtJar6ldAWGq/p86Jua5sfuXySS1oTvbZDFcIRR31u4Dqtx5N0q2/xXc2WDqB2cAerhBuWwVN+uz5INtFi89y1o3nXcTTwe4ELvMrcL3pHQT9DuQExnzmcLY4vw7rfCNT8K2SuEB6L55X+mn8=',
  },
  {
    type: 'ssh-rsa',
    bits: 2047,
    sha256: 'SHA256:ZGBvIhrPCl7leJsVNAbcNzthE03/yVFygNvp/ji8HT4',
    md5: 'MD5:c1:94:74:4a:ff:c6:fd:b3:be:97:3e:73:6c:51:e1:c5',
    blob: 'AAAAB3NzaC1yc2EAAAADAQABAAABAG5AVqyXr1bCAqXBNqgDOa4g6z+Hbt9iujW2lb9o4vjnWxUhP6M9yVV/xOCV48Nc0U7GoPr44kw4kxngTo2Ga4r/0oO4daaGYPD81ctIGhLVOHVEEMFkCHxWJ6N/9TMNx2XpUpahivaqQZTfNo6gPmEJEH44S+5GNQO7IB6ihg4U1uFiYQg+ltaUHbU3MiNjaB10sqGEJIZyaBMPlB4M8RuwKBpiTP2Bbsr7HdHFsTY9jOBkd0kYZtlv4dvq/O/ylKuYUB9bPy8OwIzWFLZYSPaUBbHfUlFQBsjGWYrP8T/SPtr0NwkP36vajHGyuB+CF7KdJa2AbfzkKqr08BF8iQk=',
  },
  {
    type: 'ssh-dss',
    bits: 1024,
    sha256: 'SHA256:zjjN2H+GgNamuWORHQSIktOXSb22ifW9AZNOlEAxNgk',
    md5: 'MD5:8a:64:e4:36:c1:83:3f:95:99:c3:48:eb:ee:d4:22:71',
    blob: 'AAAAB3NzaC1kc3MAAACBAIHoD9bR8kheujMh7ibQyTIrXCTf04cEDe33+kqAM0SGxPUtsTcPvuvf7A5anLZX41Ku0WTYf7MBQBHO5A0IsUUFiLXhVCjFbOPBleuWdfB2eXIw9KW9LbhIAHgKwxPgwS84nhzO8gbqZrF2BXx1VU60D7zl6BBXrdhoBhndQ5yxAAAAFQDhU27TYNYAMeFnXht1AJ7yxIm2SQAAAIBTgxDvwvbK8+/x7/7U4giNbOraSQWucI702GJD1byrHRjc6uKKpGqJ8F1DPa1gJbQ1zd4s3AuvduFJapp3ZUZBCPhbZkLeEkf54I4+cs92MuOA9GJeN/x6fzDvvoOnzbqhqTK6ib3RI3x/97xh+4/NZSGXCYDA07qwShOb0Kh8ugAAAIB/zcRAGUtjHjadHyVZzfhcynqAAK65RjnM7Mfc393U2W6twwS5Hu4DHWIeOsDBzwhEB8saLRuED1gLakAaDUPj8SzAkp0/p5z6gRC1ZnjYxotVWIHKFTbqxKo8bJ57ki0ISr5fMeL6Ew4msxmv84+lHywlHILfhD+rv7yw+D9WFg==',
  },
  {
    type: 'ecdsa-sha2-nistp256',
    bits: 256,
    sha256: 'SHA256:CUUw6ksbyMbkoTzZj55TMSQYmQRm6iurWUblU4F7nM4',
    md5: 'MD5:a6:13:d8:64:86:a6:c4:63:73:d5:c2:0b:97:ea:24:75',
    blob: 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBHeHWqY7unIYm0Tjok2k6Jye89xWEm6LlUFUiLhwOkOUrt5ZV5kuNs8gIpCTHoS66V9JTTej3aksQD4kQjRiJQ=',
  },
  {
    type: 'ecdsa-sha2-nistp384',
    bits: 384,
    sha256: 'SHA256:w6AwQJC46lnjwOqK6Z1z8e7cnwTRJhhdEOEJPj11/lQ',
    md5: 'MD5:ff:06:bb:c2:a2:0f:81:8c:15:c4:30:0a:40:0a:ef:85',
    blob: 'AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBL3KmZS5xbdZunkPTJCEGYnHoJv626hQhBP1QGZnEf2l6EuF7qqM6FsReL7s8oQPO1qgqtLX6xp4TASn7fQKPOJcAKoMHEpd7bQ8eVHfYkHnZCJR6mRQ6S1eOxxVGcG+Cg==',
  },
  {
    type: 'ecdsa-sha2-nistp521',
    bits: 521,
    sha256: 'SHA256:Rqc8RZO0npTlDOaihkyXXDVk2UzQwv1CtmHEsxdPhZ4',
    md5: 'MD5:ad:d3:40:e6:60:1a:e3:ef:bc:c4:4e:d8:54:d5:c7:89',
    blob: 'AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAeXFvapKE4x1E29oYCc7oNebaVkzJXiWyoHM/AGmYfPKC/CXnyPitkG8rqRzcjVrPUtn+zz6DKD7E3fNPPOqyvrQF+076vFtPMB3Jv9WHyjAWG3wchGrS9fuQEgdURLssk8Rbr8Y7FnUIT4Tz4m3dHjxX3CXBq2TAzuFzda9Bi4HyhSA==',
  },
  {
    type: 'ssh-ed25519',
    bits: 256,
    sha256: 'SHA256:RoV/LdgQ0qW+CfWWrmboCZLmgeb4m6foaYi4NugG9gQ',
    md5: 'MD5:da:84:88:0f:2c:87:ca:e8:53:d2:86:9c:44:58:da:29',
    blob: 'AAAAC3NzaC1lZDI1NTE5AAAAIPY2DsWrzHPVDtg1vHywXKDQFYvrI4oiaQVwRnhn9gw3',
  },
  {
    type: 'sk-ssh-ed25519@openssh.com',
    bits: 256,
    sha256: 'SHA256:K7QbWHlXw0t8RTOvuxnlIplAaIliJvUHopXyNgC9oV0',
    md5: 'MD5:30:ad:65:8b:6b:cf:f8:cc:90:fe:0d:0f:ed:36:7f:fe',
    blob: 'AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIPY2DsWrzHPVDtg1vHywXKDQFYvrI4oiaQVwRnhn9gw3AAAABHNzaDo=',
  },
  {
    type: 'sk-ecdsa-sha2-nistp256@openssh.com',
    bits: 256,
    sha256: 'SHA256:wD/TQaQiibTkxksOcfK6iN4WxXWhgEvUgZDRhdF/eaI',
    md5: 'MD5:d1:3b:b4:04:c9:0f:c0:00:02:57:d8:3d:83:a1:25:f9',
    blob: 'AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBBHeHWqY7unIYm0Tjok2k6Jye89xWEm6LlUFUiLhwOkOUrt5ZV5kuNs8gIpCTHoS66V9JTTej3aksQD4kQjRiJQAAAAEc3NoOg==',
  },
  {
    type: 'ssh-ed25519-cert-v01@openssh.com',
    bits: 256,
    sha256: 'SHA256:RoV/LdgQ0qW+CfWWrmboCZLmgeb4m6foaYi4NugG9gQ',
    md5: 'MD5:da:84:88:0f:2c:87:ca:e8:53:d2:86:9c:44:58:da:29',
    blob: 'AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIFMhPuZOjUcEemrNuOYwt/YwEu/UZTKAsbDSvFGYpQa1AAAAIPY2DsWrzHPVDtg1vHywXKDQFYvrI4oiaQVwRnhn9gw3AAAAAAAAACoAAAACAAAACGhvc3Qgb25lAAAAGgAAAAlhLmV4YW1wbGUAAAAJYi5leGFtcGxlAAAAAGWSAIAAAAAAeGH4AAAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgSvtl0ZhDAA+5aKVeX0DFTAjj7NlJjlS9+u7cn4MtAtsAAABTAAAAC3NzaC1lZDI1NTE5AAAAQNiHfNUpbu3Cu3Rok8TqgSwGoIZI3WgiUV6vsUkfeQ5euBGfr2YmwN1GEwK4lP8THGVphGyKd0k1hiFVSqLcJwk=',
  },
  {
    type: 'ecdsa-sha2-nistp384-cert-v01@openssh.com',
    bits: 384,
    sha256: 'SHA256:w6AwQJC46lnjwOqK6Z1z8e7cnwTRJhhdEOEJPj11/lQ',
    md5: 'MD5:ff:06:bb:c2:a2:0f:81:8c:15:c4:30:0a:40:0a:ef:85',
    blob: 'AAAAKGVjZHNhLXNoYTItbmlzdHAzODQtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgpks1ZT/TrJhUzMNTWjHbY2W/eQuSByN2/aObpTWiNNoAAAAIbmlzdHAzODQAAABhBL3KmZS5xbdZunkPTJCEGYnHoJv626hQhBP1QGZnEf2l6EuF7qqM6FsReL7s8oQPO1qgqtLX6xp4TASn7fQKPOJcAKoMHEpd7bQ8eVHfYkHnZCJR6mRQ6S1eOxxVGcG+Cv//////////AAAAAQAAAAh1c2VyIGtleQAAAA8AAAAEcm9vdAAAAANib2IAAAAAAAAAAP//////////AAAATAAAAA1mb3JjZS1jb21tYW5kAAAACwAAAAdlY2hvIGhpAAAADnNvdXJjZS1hZGRyZXNzAAAAFgAAABIxMC4wLjAuMC84LDo6MS8xMjgAAABlAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAABFwAAAAdzc2gtcnNhAAAAAwEAAQAAAQEAuRU+Xy94mfLaYK2LzK5RRxivID1BcvDW/BOG/21HpeBaX2oz5aCUEMu3nC3zRAN2cw9h41ZlGZY9mtiMqso2BLKsUxGP4F6CDSYyXrnxWbiItQkADhNhbW18OXE1+myHhO6hxCPp7hkd8d63AH6lSFuX5ocuv0Esj11epMOrb7J3vl40K8RCB/QaP8m2Wv98uBDvqgl21S6cpl4eS0opsULm+F5OaHd/lmYGWxzaUc/sQqKXcOxcnxsMhTqHioQSRLKJVvGPM6IVzDm7fLTuuQw9YvjNS5XHdCx4nke+Ee/dnBB0MLwuaqq29BaWsAPOOVwJP3/u16tqCwTzHC1llwAAARQAAAAMcnNhLXNoYTItNTEyAAABABzcFsUWR6ayqEPgUMIoaZfsz9xu8MaOFAxeQBngQx5Yr5bxLHFAkaCcyr02MoLss1WGJI+xJxM5LE2MarhO+xvrfHYQGOA1xy4G0ExRSUpq14SkPDG3I4BGGvVNGzsF5IM8s2bZhOxSuyG8jK+jdjnqJc1FS9ejHYKktBVfQU77mTXRTKd9GTNos61ghhmLpqWzzJ7Qj4OjAdUW+hSLOc+UfnS2+KR0PNR+ZN3SCJ7SKN2PCqNePvJ1rvp7cTkcRejKsPzg1trV+wnHUsIwQrpL3XkBY8ihAfruMZQGnS6tW5g/sJKh35DcaLyJwKvnhaI49gsVSgIp+4oXjQuWmIE=',
  },
  {
    type: 'ssh-rsa-cert-v01@openssh.com',
    bits: 3072,
    sha256: 'SHA256:yOjYjjmgBKvXL77MS+8LlE4fqTphTgwBKLoy0FmaC4w',
    md5: 'MD5:0d:bf:28:ba:f5:7b:ac:48:35:ca:d7:00:37:1b:d7:7b',
    blob: 'AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgePRhM9xSbCwzyB3MMygJ4b2jl11amKJD44uatMzCCm4AAAADAQABAAABgQCLCpVjsV5gljmdB+Z6XFdNaJZejweDLkYE7PejYYGF2sPnQ8Fy4WohTeJAoI6YU/JIKLG+ZMAu/cnsUJIOxVxlSZ5l+KFlRA6IphKPClZctckgRMMTrxyy4fOMT7ANkdTyA8XZws/cJfu1UcXu/rreHuW1QtJDkpzYMmWw70nHgR5i6fvaxOAX6tLi2F3UHtUeKHEXH1nbDNoehptuMiGZlPTb37V7GhWF9WPufrSREWOySQ14HdASwhC+XN8yApqi1V3u3SZtcMhJUoW7uT1M4AbiEk93DpvdjIterSoTz2/TQSAcdUmbQ9oltjsSBPadHb4kI3UETc0q159UvwTZRYet4i2r21PKDJkYLPqerZqzU8NtJar6ldAWGq/p86Jua5sfuXySS1oTvbZDFcIRR31u4Dqtx5N0q2/xXc2WDqB2cAerhBuWwVN+uz5INtFi89y1o3nXcTTwe4ELvMrcL3pHQT9DuQExnzmcLY4vw7rfCNT8K2SuEB6L55X+mn8AAAAAAAAAAAAAAAIAAAAIcnNhIGhvc3QAAAAAAAAAAAAAAAD//////////wAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgSvtl0ZhDAA+5aKVeX0DFTAjj7NlJjlS9+u7cn4MtAtsAAABTAAAAC3NzaC1lZDI1NTE5AAAAQDiDSb+4xpRzBx/iF7OMy+PYDXltK0mpouyQWR73ttY/YT4RZdzpmO+NNoEEn6OlM7hTD5SMUYOKrJD1zavwKQc=',
  },
  {
    type: 'ssh-ed448',
    bits: 448,
    sha256: 'SHA256:ORqAHJZeggUNuh2TtKh9KZSbwkuYeyDk3TzuwQRDG7w',
    md5: 'MD5:42:52:69:e0:36:9d:c5:7a:ce:6f:1a:85:9e:9a:93:5d',
    blob: 'AAAACXNzaC1lZDQ0OAAAADkLJJVKUkbzE9umJ3HQiNCN4omu+iQkcsVl5lUkLBSXaba3Uq2iMybpAzJw50NzEQRbfxkK0dLo84A=',
  },
];
