// The tree as OSWorld's server gives it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { osworldXml } from '../../../protocol/snapshot/osworld.ts';
import type { TreeNode } from '../../../protocol/tree.ts';

function node(more: Partial<TreeNode>): TreeNode {
  return { id: 'e1', role: 'panel', title: '', states: [], actions: [], children: [], ...more };
}

/** Without the declarations that the root alone has. */
const plain = (xml: string): string => xml.replaceAll(/ xmlns:\w+="[^"]*"/g, '');

describe('the tree as XML', () => {
  it('has roles as tags, and states, places, values and actions by their namespaces', () => {
    const button = node({
      id: 'e7',
      role: 'button',
      title: 'Save & close',
      bounds: { x: 10, y: -2, width: 30, height: 40 },
      states: ['multi line', 'showing'],
      actions: ['click', 'show menu'],
    });
    const slider = node({ role: 'slider', value: 5 });
    const xml = osworldXml(node({ role: 'desktop frame', title: 'main', children: [button, slider] }));
    assert.equal(
      plain(xml),
      '<desktop-frame name="main" attr:id="e1">' +
        '<push-button name="Save &amp; close" st:multi_line="true" st:showing="true" attr:id="e7"' +
        ' cp:screencoord="(10, -2)" cp:size="(30, 40)"' +
        ' act:click_desc="" act:click_kb="" act:show-menu_desc="" act:show-menu_kb=""/>' +
        '<slider name="" attr:id="e1" val:value="5.0"/></desktop-frame>',
    );
    const [first = ''] = xml.split('>');
    for (const prefix of ['st', 'attr', 'cp', 'doc', 'docattr', 'txt', 'val', 'act'])
      assert.match(first, new RegExp(`xmlns:${prefix}="https://accessibility.ubuntu.example.org/ns/`));
  });

  it('has texts as content, without what XML cannot hold', () => {
    const text = node({ role: 'text', value: 'a <b>\u0007 \ufffc"c"\ud800' });
    assert.equal(
      plain(osworldXml(text)),
      '<text name="" attr:id="e1">a &lt;b&gt; &quot;c&quot;\ufffd</text>',
    );
  });

  it('makes names of what is none', () => {
    const odd = node({ role: '', actions: ['', 'win.close(1)'] });
    assert.equal(
      plain(osworldXml(odd)),
      '<unknown name="" attr:id="e1" act:_desc="" act:_kb="" act:win.close-1-_desc="" act:win.close-1-_kb=""/>',
    );
  });
});
