import { describe, expect, it } from 'vitest';
import type { AuditEvent, MatchedRule } from '@/api/events';
import { attackClass, headline, leadingRule, variableWords } from './words';

function rule(change: Partial<MatchedRule>): MatchedRule {
  return { id: 942100, phase: 2, msg: 'm', data: '', severity: 'CRITICAL', tags: ['attack-sqli'], variable: 'ARGS:id', value: 'x', transformations: [], ...change };
}

function event(change: Partial<AuditEvent>): AuditEvent {
  return {
    id: 'e1',
    time: '2026-01-01T00:00:00Z',
    site: 'shop',
    client: { ip: '192.0.2.1', port: 1 },
    request: { method: 'GET', uri: '/search?id=1', protocol: 'HTTP/1.1', headers: [] },
    response: { status: 403 },
    decision: 'blocked',
    reason: 'waf',
    rules: [rule({})],
    scores: { inbound: 5, outbound: 0 },
    ...change,
  };
}

describe('the headline of an event', () => {
  it('says class, place, request, decision and score', () => {
    expect(headline(event({}))).toBe('SQL injection in parameter id of GET /search, blocked, score 5');
  });

  it('gives the reason and the detail of a refusal without a rule', () => {
    const refused = event({ reason: 'rate', rules: [], detail: '131 requests in 1 s', scores: { inbound: 0, outbound: 0 } });
    expect(headline(refused)).toBe('Rate limit: 131 requests in 1 s, GET /search, blocked');
  });

  it('falls back to the message of a rule of no known class', () => {
    expect(headline(event({ rules: [rule({ tags: [], msg: 'Own rule' })] }))).toContain('Own rule in parameter id');
  });
});

describe('the leading rule', () => {
  it('is not the one that adds the scores up', () => {
    expect(leadingRule(event({ rules: [rule({ id: 949110 }), rule({ id: 941100 })] }))?.id).toBe(941100);
  });

  it('is the adding rule when there is no other', () => {
    expect(leadingRule(event({ rules: [rule({ id: 949110 })] }))?.id).toBe(949110);
  });
});

it('knows the class of an attack from its tags', () => {
  expect(attackClass({ tags: ['attack-lfi'], msg: '' })).toBe('Path traversal');
});

it('puts variables in words and leaves unknown ones as they are', () => {
  expect(variableWords('REQUEST_HEADERS:User-Agent')).toBe('header User-Agent');
  expect(variableWords('ARGS_NAMES')).toBe('a parameter name');
  expect(variableWords('GEO:COUNTRY_CODE')).toBe('GEO:COUNTRY_CODE');
});
