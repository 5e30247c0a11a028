import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withDatabase } from './start-installation.ts';

describe('withDatabase', () => {
  const cases: [uri: string, wanted: string][] = [
    ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/db'],
    ['mongodb://127.0.0.1:27017/', 'mongodb://127.0.0.1:27017/db'],
    [
      'mongodb://127.0.0.1:27017/?directConnection=true',
      'mongodb://127.0.0.1:27017/db?directConnection=true',
    ],
    ['mongodb://127.0.0.1:27017/mine', 'mongodb://127.0.0.1:27017/mine'],
    ['mongodb://a:b@h1:1,h2:2/mine?replicaSet=rs', 'mongodb://a:b@h1:1,h2:2/mine?replicaSet=rs'],
    [
      'mongodb+srv://a:b@cluster.example.com/?w=majority',
      'mongodb+srv://a:b@cluster.example.com/db?w=majority',
    ],
  ];
  for (const [uri, wanted] of cases) {
    it(`makes ${wanted} of ${uri}`, () => {
      expect(withDatabase(uri, 'db')).to.equal(wanted);
    });
  }
});
