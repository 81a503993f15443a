/* What has happened: the history of a case, and what changed between two versions of its words. */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang;
    const text = tayang.text;
    const { createElement: el, Fragment, useState, useEffect } = wp.element;
    const { Button, Notice, SelectControl, Spinner } = wp.components;
    const SIZED = { __nextHasNoMarginBottom: true, __next40pxDefaultSize: true };
    const TAGS = { '+': 'ins', '-': 'del' };

    function versionName(one) {
        const parts = [text(one.no === 0 ? 'version_public' : one.kind === 'found' ? 'version_found' : 'version', one.no)];
        return parts.concat(one.by_name || [], one.at ? tayang.moment(one.at) : []).join(' · ');
    }

    /** Added and taken out are elements of their own, underlined or struck through, and said in words to who cannot see it. */
    function Piece({ op, value }) {
        const tag = TAGS[op];
        return tag ? el(tag, null,
            el('span', { className: 'screen-reader-text' }, text(op === '+' ? 'added_begin' : 'removed_begin'), ' '), value,
            el('span', { className: 'screen-reader-text' }, ' ', text('change_end'))) : el('span', null, value);
    }

    function Change({ change }) {
        const pieces = change.ops.map(([op, value], index) => (change.kind === 'list'
            ? el('li', { key: index, className: 'is-' + (TAGS[op] || 'same') },
                op !== '=' && el('span', { className: 'tayang-sign', 'aria-hidden': true }, op === '+' ? '+' : '−'),
                el(Piece, { op, value }))
            : el(Piece, { key: index, op, value })));
        return el('section', { className: 'tayang-change', 'data-part': change.part },
            el('h4', null, change.label),
            el(change.kind === 'list' ? 'ul' : 'div', { className: 'tayang-diff is-' + change.kind }, pieces));
    }

    function Versions({ answer, onChoose }) {
        const options = answer.versions.map((one) => ({ value: String(one.no), label: versionName(one) }));
        const choose = (values) => onChoose(Object.assign({ from: answer.from, to: answer.to }, values));
        return el('div', { className: 'tayang-versions' },
            el(SelectControl, Object.assign({
                label: text('version_from'), value: String(answer.from), options,
                onChange: (no) => choose({ from: Number(no) }),
            }, SIZED)),
            el(SelectControl, Object.assign({
                label: text('version_to'), value: String(answer.to), options,
                onChange: (no) => choose({ to: Number(no) }),
            }, SIZED)));
    }

    /** Asks when it is opened, and again when somebody has handed in another version (`revision`). */
    tayang.Changes = function Changes({ postId, revision, open }) {
        const [shown, setShown] = useState(open);
        const [wanted, setWanted] = useState({});
        const [state, setState] = useState({ loading: true });
        const [again, ask] = useState(0);
        useEffect(() => {
            if (!shown) {
                return undefined;
            }
            let current = true;
            const query = Object.entries(wanted).filter(([, no]) => no !== null).map(([key, no]) => key + '=' + no).join('&');
            setState((old) => Object.assign({}, old, { loading: true, error: '' }));
            wp.apiFetch({ path: '/tayang/v1/posts/' + postId + '/changes' + (query ? '?' + query : '') }).then(
                (answer) => { if (current) { setState({ answer }); } },
                (error) => { if (current) { setState((old) => ({ answer: old.answer, error: error.message })); } });
            return () => { current = false; };
        }, [shown, revision, JSON.stringify(wanted), again]);
        const { answer, loading, error } = state;
        const several = answer && answer.versions.length > 1;
        return el('details', {
            className: 'tayang-section tayang-changes', open: shown, onToggle: (event) => setShown(event.currentTarget.open),
        },
            el('summary', null, text('changes')),
            shown && el(Fragment, null,
                loading && !answer && el(Spinner),
                error && el(Notice, { status: 'warning', isDismissible: false },
                    el('p', null, error), el(Button, { variant: 'secondary', onClick: () => ask(again + 1) }, text('retry'))),
                several && el(Versions, { answer, onChoose: setWanted }),
                answer && !several && el('p', { className: 'description' },
                    text(answer.versions.length ? 'changes_first' : 'changes_none_yet')),
                several && el('div', { 'aria-live': 'polite', 'aria-busy': Boolean(loading) },
                    answer.changes.length ? answer.changes.map((change, index) => el(Change, { key: change.part + index, change }))
                        : el('p', null, text('changes_none')))));
    };

    tayang.History = function History({ view, open }) {
        return el('details', { className: 'tayang-section', open },
            el('summary', null, text('history')),
            el('ol', { className: 'tayang-history' }, view.history.slice().reverse().map((event, index) => el('li', {
                key: view.history.length - index, className: 'is-' + (event.decision || 'other'),
            },
                el('time', { dateTime: event.at }, tayang.moment(event.at), event.version ? ' · ' + text('version', event.version) : ''),
                el('span', null, event.sentence, event.via === 'email'
                    ? el('em', { className: 'tayang-via' }, text('via_email')) : null),
                event.note && el('blockquote', null, event.note)))));
    };

    /** The steps at a glance: one bar each. The list below says the same in words. */
    tayang.Progress = function Progress({ view }) {
        return el('div', { className: 'tayang-progress', 'aria-hidden': true },
            view.steps.map((step) => el('span', { key: step.no, className: 'is-' + step.state })));
    };

    function Step({ step, view }) {
        const current = step.state === 'current' && view.activity;
        const spent = step.state === 'done' && step.seconds !== null ? step.seconds : null;
        const slow = spent !== null && step.minutes > 0 && spent > step.minutes * 60;
        const people = current ? view.may_act.map((one) => one.name).join(', ') : step.person_name;
        return el('li', { className: 'tayang-step is-' + step.state, 'aria-current': step.state === 'current' ? 'step' : undefined },
            el('span', { className: 'tayang-step-no', 'aria-hidden': true },
                step.state === 'done' ? el('span', { className: 'dashicons dashicons-yes' }) : step.no),
            el('span', { className: 'tayang-step-text' },
                el('strong', null, el('span', { className: 'screen-reader-text' }, step.no + '. '), step.name),
                el('span', { className: 'tayang-step-who' }, people ? step.role_name + ' · ' + people : step.role_name),
                el('span', { className: 'tayang-step-time' },
                    [text('step_' + step.state), text('standard', step.minutes), step.attempt > 1 ? text('attempt', step.attempt) : '']
                        .filter(Boolean).join(' · ')),
                spent !== null && el('span', { className: 'tayang-step-time' + (slow ? ' is-late' : '') },
                    slow && el('span', { className: 'dashicons dashicons-warning', 'aria-hidden': true }),
                    text(slow ? 'used_late' : 'used', tayang.span(spent))),
                current && view.activity.due_at && el(tayang.Due, { at: view.activity.due_at })));
    }

    /** Open where there is room; beside an editor it would push the editor's own boxes out of sight. */
    tayang.Steps = function Steps({ view, open }) {
        return el('details', { className: 'tayang-section', open },
            el('summary', null, text('steps')),
            el('ol', { className: 'tayang-steps' }, view.steps.map((step) => el(Step, { key: step.no, step, view }))));
    };
})(window.wp, window.tayangConfig);
