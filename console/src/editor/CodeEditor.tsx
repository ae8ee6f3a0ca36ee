import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { xml } from "@codemirror/lang-xml";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { isDark, watchMode } from "../charts/palette";
import { useMessages } from "../i18n/language";

interface Props {
  /** What is in the editor at first; later changes are the editor's own. */
  text: string;
  /** Decides how it is coloured. */
  path: string;
  isReadOnly?: boolean;
  change?(text: string): void;
}

/** A text file to read and to edit. The tab key leaves it, as it leaves every field. */
export default function CodeEditor({ text, path, isReadOnly = false, change }: Props) {
  const messages = useMessages();
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ text, change });
  latest.current.change = change;
  const dark = useSyncExternalStore(watchMode, isDark);
  const look = useRef(new Compartment());
  const label = messages.editor.fileText(path);
  const { phrases } = messages.editor;

  useEffect(() => {
    if (!holder.current) return undefined;
    const editor = new EditorView({
      parent: holder.current,
      doc: latest.current.text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        bracketMatching(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        search({ top: true }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap]),
        languageOf(path),
        EditorState.readOnly.of(isReadOnly),
        EditorState.phrases.of(phrases),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) latest.current.change?.(state.doc.toString());
        }),
        look.current.of(looks(isDark())),
      ],
    });
    view.current = editor;
    return () => {
      latest.current.text = editor.state.doc.toString();
      editor.destroy();
    };
  }, [path, isReadOnly, label, phrases]);

  useEffect(() => view.current?.dispatch({ effects: look.current.reconfigure(looks(dark)) }), [dark]);

  return <div ref={holder} />;
}

function languageOf(path: string): Extension {
  const name = path.toLowerCase();
  if (/\.(jmx|xml)$/.test(name)) return xml();
  return name.endsWith(".json") ? json() : [];
}

function looks(dark: boolean): Extension {
  const [text, page, edge, gutter, active, name, string, number, comment] = dark
    ? ["#ebebf0", "#161d26", "#656871", "#a4a4ad", "#1b232d", "#75cfff", "#7ae0a3", "#ffb347", "#a4a4ad"]
    : ["#0f141a", "#ffffff", "#8c8c94", "#656871", "#f6f6f9", "#004a9e", "#00662b", "#855900", "#656871"];
  return [
    EditorView.theme(
      {
        "&": { color: text, backgroundColor: page, border: `1px solid ${edge}`, borderRadius: "8px", fontSize: "13px" },
        "&.cm-focused": { outline: "2px solid #006ce0" },
        ".cm-scroller": { maxHeight: "60vh", minHeight: "200px", fontFamily: "Monaco, Menlo, Consolas, monospace" },
        ".cm-content": { caretColor: text },
        ".cm-gutters": { backgroundColor: page, color: gutter, border: "none" },
        ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: active },
        ".cm-panels": { backgroundColor: active, color: text },
      },
      { dark },
    ),
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: [tags.tagName, tags.propertyName, tags.keyword], color: name },
        { tag: [tags.attributeValue, tags.string], color: string },
        { tag: [tags.number, tags.bool, tags.attributeName], color: number },
        { tag: tags.comment, color: comment },
      ]),
    ),
  ];
}
