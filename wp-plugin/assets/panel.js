/*
 * The panel of a case: who must act, how long there is, what may be pressed. One component for the block editor
 * (editor.js), the classic editor's box and the case page (both mounted at the end of this file).
 * It decides nothing: every button is one of the server's `options`, every sentence about a refusal is the server's.
 */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang;
    const text = tayang.text;
    const { createElement: el, Fragment, useState, useEffect, useRef } = wp.element;
    const { Button, Notice, Spinner, SelectControl, TextareaControl } = wp.components;
    const CLOCK_MS = 15000;       // the time left on the screen
    const REFRESH_MS = 60000;     // somebody else may have acted
    const PUBLISHING_MS = 4000;   // while the workers publish, or paint the card
    const IN_OWN_PLACE = ['plan_publication', 'cancel'];
    const PRIMARY = ['assign', 'hand_over', 'submit', 'approve', 'publish'];

    function path(postId, end) {
        return '/tayang/v1/posts/' + postId + '/' + end;
    }

    function newKey() {
        if (window.crypto && window.crypto.randomUUID) {
            return window.crypto.randomUUID();
        }
        // randomUUID exists on https and localhost only; plain http offices get as many random bits.
        return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
    }

    /** The view, loaded and kept fresh. `load` asks again; `show` puts in the view that a command answered. */
    function useCase(postId) {
        const [data, setData] = useState({ loading: true });
        const busy = useRef(false);
        async function load() {
            if (busy.current) {
                return;
            }
            busy.current = true;
            try {
                const answer = await wp.apiFetch({ path: path(postId, 'panel') });
                tayang.planOf(postId).receive(answer);
                // Without the server the last view stays on the screen: better old and marked than gone.
                setData((old) => ({
                    view: answer.case || (answer.reachable ? null : old.view), reachable: answer.reachable,
                    detail: answer.detail, mirror: answer.mirror, mayCorrect: answer.may_correct, editUrl: answer.edit_url,
                    help: answer.help,
                }));
            } catch (error) {
                setData((old) => Object.assign({}, old, { loading: false, reachable: false, detail: error.message }));
            } finally {
                busy.current = false;
            }
        }
        useEffect(() => { load(); }, [postId]);
        const card = data.view && data.view.card;
        const failed = data.view && (data.view.problems || []).length > 0;
        const soon = data.view && (data.view.state === 'publishing' || (card && !card.length && !failed));
        const every = soon ? PUBLISHING_MS : REFRESH_MS;
        useEffect(() => {
            const timer = setInterval(() => { if (!document.hidden) { load(); } }, every);
            return () => clearInterval(timer);
        }, [postId, every]);
        return {
            data, load, show: (view) => setData((old) => Object.assign({}, old, { view, reachable: true, detail: '' })),
        };
    }

    /**
     * Sends commands, one at a time. The same wish keeps its idempotency key until the server has answered, so that
     * pressing again after a broken connection counts once.
     */
    function useCommand({ postId, view, saveFirst, onDone, onStale }) {
        const [state, setState] = useState({ sending: '', error: null });
        const sending = useRef(false);
        const keys = useRef({});
        async function send(command, values) {
            if (sending.current) {
                return false;
            }
            sending.current = true;
            setState({ sending: command, error: null });
            try {
                await saveFirst();
                await tayang.planOf(postId).flush();
                const wish = Object.assign({ command, expected_revision: view.revision }, values);
                const name = JSON.stringify(wish);
                keys.current[name] = keys.current[name] || newKey();
                const answer = await wp.apiFetch({
                    path: path(postId, 'commands'), method: 'POST',
                    data: Object.assign({ idempotency_key: keys.current[name] }, wish),
                });
                delete keys.current[name];
                setState({ sending: '', error: null });
                onDone(answer.case);
                return true;
            } catch (error) {
                wp.a11y.speak(error.message, 'assertive');
                const status = (error.data && error.data.status) || 0;
                // A refusal stays a refusal; only what nobody has answered can be sent again as it is.
                const again = status >= 400 && status < 500 ? null : () => send(command, values);
                setState({ sending: '', error: { message: error.message, again } });
                if (status === 409) {
                    onStale();
                }
                return false;
            } finally {
                sending.current = false;
            }
        }
        return Object.assign({ send, dismiss: () => setState({ sending: '', error: null }) }, state);
    }

    function useClock() {
        const [now, setNow] = useState(() => Date.now());
        useEffect(() => {
            const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
            return () => clearInterval(timer);
        }, []);
        return now;
    }

    tayang.Due = function Due({ at }) {
        const left = tayang.left(at, useClock());
        return el('p', { className: 'tayang-due' + (left.late ? ' is-late' : '') },
            el('span', { className: 'dashicons dashicons-' + (left.late ? 'warning' : 'clock'), 'aria-hidden': true }),
            el('span', null, el('strong', null, left.text), ' · ', text('due_at', tayang.moment(at))));
    };

    /** What the person before wrote to whoever acts now: the reason of a return above all. */
    function LastNote({ view }) {
        const deeds = view.history.filter((event) => event.decision);
        const last = deeds[deeds.length - 1];
        return last && last.note ? el('blockquote', { className: 'tayang-note is-' + last.decision },
            el('strong', null, text('note_by', last.by_name || 'Tayang')), el('span', null, last.note)) : null;
    }

    function Now({ view }) {
        const activity = view.activity;
        const mine = view.may_act.some((one) => one.person === config.user);
        const running = view.state === 'open' && activity;
        const now = useClock();
        const waits = view.state === 'publishing' && view.publish_at && new Date(view.publish_at).getTime() > now;
        const published = view.history.find((event) => event.kind === 'published');
        return el('section', { className: 'tayang-now' + (mine && running ? ' is-mine' : '') },
            el('p', { className: 'tayang-procedure' }, view.procedure.name),
            view.corrects && el('p', { className: 'tayang-correction' },
                el('span', { className: 'dashicons dashicons-edit', 'aria-hidden': true }),
                el('span', null, text('is_correction'), ' ', view.corrected && view.corrected.url
                    && el('a', { href: view.corrected.url }, text('see_on_site')))),
            view.state !== 'cancelled' && el(tayang.Progress, { view }),
            running && el('h3', null, text('step_of', activity.no, view.steps.length), ' ', activity.name),
            running && activity.attempt > 1 && el('p', { className: 'tayang-attempt' }, text('attempt', activity.attempt)),
            running && el('p', { className: 'tayang-who' },
                el('span', { className: 'dashicons dashicons-admin-users', 'aria-hidden': true }),
                mine ? el('span', null, el('strong', null, text('your_turn')), ' ', view.who)
                    : el('span', null, text('acts_now', view.who))),
            running && el(tayang.Due, { at: activity.due_at }),
            running && el(LastNote, { view }),
            !running && el('h3', null, text('state_' + (waits ? 'waiting' : view.state))),
            waits && el('p', null, tayang.moment(view.publish_at)),
            view.state === 'published' && published && el('p', null, tayang.moment(published.at)),
            view.state === 'publishing' && !waits && el(Spinner),
            view.state === 'published' && view.url && el('p', null,
                el('a', { href: view.url }, text('see_on_site'))),
            !view.website && el('p', { className: 'description' }, text('social_only')));
    }

    function People({ option, value, onChange }) {
        const first = { value: '', label: text('anyone_in_role') };
        return el(SelectControl, {
            __nextHasNoMarginBottom: true, __next40pxDefaultSize: true,
            label: text('who_next'), value: String(value),
            options: [first].concat(option.candidates.map((one) => ({ value: String(one.person), label: one.name }))),
            onChange: (person) => onChange(person ? Number(person) : ''),
        });
    }

    /** Why greyed buttons are grey: each reason once. */
    function Reasons({ id, options }) {
        const reasons = Array.from(new Set(options.filter((one) => !one.allowed).map((one) => one.reason)));
        return reasons.length ? el('p', { id, className: 'tayang-reason' }, reasons.join(' ')) : null;
    }

    function CommandButton({ option, command, onPress, variant, destructive, reasonId }) {
        const waiting = command.sending !== '';
        const off = !option.allowed || waiting;
        return el(Button, {
            variant, isDestructive: destructive, className: 'tayang-command', 'data-command': option.command,
            'aria-disabled': off, isBusy: command.sending === option.command,
            'aria-describedby': option.allowed ? undefined : reasonId,
            onClick: () => { if (!off) { onPress(option); } },
        }, option.label);
    }

    /** What the plan lacks, said before it is handed in. */
    function Checks({ checks }) {
        return checks.length > 0 && el(Notice, { status: 'warning', isDismissible: false, className: 'tayang-checks' },
            el('strong', null, text('checks')),
            el('ul', null, checks.map((one, index) => el('li', { key: one.key + index }, one.sentence))));
    }

    // What is typed outlives the panel, which the editor takes away and brings back; per step.
    const notes = {};

    function Decide({ step, view, command, chosen, seen, checks }) {
        const [note, showNote] = useState(notes[step] || '');
        const setNote = (value) => {
            notes[step] = value;
            showNote(value);
        };
        const [missing, setMissing] = useState('');
        const [person, setPerson] = useState(() => (chosen ? chosen.person : ''));
        const field = useRef(null);
        const options = view.options.filter((one) => !IN_OWN_PLACE.includes(one.command));
        const allowed = options.filter((one) => one.allowed);
        const naming = allowed.find((one) => one.names_role);
        if (!options.length) {
            return null;
        }
        async function press(option) {
            if (option.note_required && !note.trim()) {
                setMissing(text('note_missing', option.label));
                wp.a11y.speak(text('note_missing', option.label), 'assertive');
                field.current.querySelector('textarea').focus();
                return;
            }
            const values = { note: note.trim() };
            if (option.command === 'approve') {
                values.content_sha256 = seen;
            }
            if (option.names_role) {
                values.assignee = person || null;
            }
            await command.send(option.command, values);
        }
        const needed = allowed.filter((one) => one.note_required).map((one) => one.label);
        return el('section', { className: 'tayang-section tayang-decide', 'aria-label': text('actions') },
            naming && el(People, { option: naming, value: person, onChange: setPerson }),
            allowed.length > 0 && el('div', { ref: field, className: missing ? 'has-error' : '' },
                el(TextareaControl, {
                    __nextHasNoMarginBottom: true, rows: 3, value: note,
                    label: needed.length ? text('note_needed', needed.join(', ')) : text('note'),
                    onChange: (value) => { setNote(value); setMissing(''); },
                }),
                missing && el('p', { className: 'tayang-field-error' }, missing)),
            allowed.some((one) => one.command === 'submit') && el(Checks, { checks }),
            el('div', { className: 'tayang-buttons' }, options.map((option) => el(CommandButton, {
                key: option.command, option, command, onPress: press, reasonId: 'tayang-reason',
                variant: PRIMARY.includes(option.command) ? 'primary' : 'secondary',
            }))),
            el(Reasons, { id: 'tayang-reason', options }));
    }

    function PublishAt({ view, command }) {
        const option = view.options.find((one) => one.command === 'plan_publication');
        const [value, setValue] = useState(() => tayang.toField(view.publish_at));
        useEffect(() => setValue(tayang.toField(view.publish_at)), [view.publish_at]);
        if (view.state === 'cancelled' || view.state === 'published' || (!option && !view.publish_at)) {
            return null;
        }
        const set = (iso) => command.send('plan_publication', { publish_at: iso });
        const change = option && option.allowed;
        return el('section', { className: 'tayang-section', 'aria-labelledby': 'tayang-publish-at' },
            el('h3', { id: 'tayang-publish-at' }, text('publish_at')),
            el('p', null, view.publish_at ? tayang.moment(view.publish_at) : text('publish_asap')),
            change && el('div', { className: 'tayang-when' },
                el('label', { htmlFor: 'tayang-when' }, text('publish_when', config.zone_name)),
                el('input', {
                    id: 'tayang-when', type: 'datetime-local', value, onChange: (event) => setValue(event.target.value),
                }),
                el('div', { className: 'tayang-buttons' },
                    el(Button, {
                        variant: 'secondary', disabled: !value || command.sending !== '',
                        onClick: () => set(tayang.fromField(value)),
                    }, text('publish_set')),
                    view.publish_at && el(Button, {
                        variant: 'link', disabled: command.sending !== '', onClick: () => set(null),
                    }, text('publish_clear')))));
    }

    function Cancel({ view, command }) {
        const option = view.options.find((one) => one.command === 'cancel');
        const [reason, setReason] = useState('');
        const [missing, setMissing] = useState('');
        if (!option) {
            return null;
        }
        return el('details', { className: 'tayang-section tayang-cancel' },
            el('summary', null, text('cancel_case')),
            option.allowed && el('div', { className: missing ? 'has-error' : '' },
                el(TextareaControl, {
                    __nextHasNoMarginBottom: true, rows: 2, label: text('cancel_reason'), value: reason,
                    onChange: (value) => { setReason(value); setMissing(''); },
                }),
                missing && el('p', { className: 'tayang-field-error' }, missing)),
            el(CommandButton, {
                option, command, variant: 'secondary', destructive: true, reasonId: 'tayang-cancel-reason',
                onPress: () => {
                    if (reason.trim()) {
                        command.send('cancel', { note: reason.trim() });
                    } else {
                        setMissing(text('note_missing', option.label));
                        wp.a11y.speak(text('note_missing', option.label), 'assertive');
                    }
                },
            }),
            el(Reasons, { id: 'tayang-cancel-reason', options: [option] }));
    }

    /** What was ordered, in the words of the assignment. */
    function Disposition({ view }) {
        const given = view.disposition || {};
        const occasion = ((config.procedures[view.procedure.key] || {}).occasions || []).find((one) => one.key === given.occasion);
        const shown = Object.assign({}, given, { occasion: occasion ? occasion.name : given.occasion });
        const rows = ['number', 'activity', 'activity_date', 'place', 'division', 'occasion', 'note'].filter((key) => shown[key]);
        return rows.length ? el('details', { className: 'tayang-section' },
            el('summary', null, text('disposition')),
            el('dl', { className: 'tayang-disposition' }, rows.map((key) => el(Fragment, { key },
                el('dt', null, text('disposition_' + key)), el('dd', null, shown[key]))))) : null;
    }

    function Deliveries({ view }) {
        if (!view.deliveries.length) {
            return null;
        }
        return el('section', { className: 'tayang-section', 'aria-labelledby': 'tayang-deliveries' },
            el('h3', { id: 'tayang-deliveries' }, text('deliveries')),
            el('ul', { className: 'tayang-list' }, view.deliveries.map((one) => el('li', { key: one.channel },
                el('strong', null, tayang.channelName(one.channel, one.kind)), one.account ? ' ' + one.account : '', ' · ',
                one.url ? el('a', { href: one.url, rel: 'noopener' }, text('delivery_' + one.state))
                    : text('delivery_' + one.state),
                one.error && el('span', { className: 'tayang-field-error' }, one.error)))));
    }

    function Mails({ view }) {
        if (!view.mails.length) {
            return null;
        }
        return el('details', { className: 'tayang-section' },
            el('summary', null, text('mails', view.mails.length)),
            el('ul', { className: 'tayang-list' }, view.mails.map((mail, index) => el('li', { key: index },
                text('mail_line', mail.name, mail.no), ' · ',
                mail.sent_at ? tayang.moment(mail.sent_at) : text('mail_waiting')))));
    }

    /** The block editor has no help tab of WordPress's own. */
    function Help({ help }) {
        return el('details', { className: 'tayang-section tayang-help' },
            el('summary', null, text('help')),
            help.map((part) => el(Fragment, { key: part.title },
                el('h4', null, part.title),
                part.paragraphs.map((paragraph) => el('p', { key: paragraph }, paragraph)))));
    }

    function Unreachable({ detail, mirror, onRetry, loading }) {
        return el(Notice, { status: 'warning', isDismissible: false, className: 'tayang-unreachable' },
            el('p', null, detail || text('unreachable')),
            el('p', null, text('text_is_safe')),
            mirror && mirror.state === 'open' && el('p', null, text('last_known', mirror.activity_no, mirror.who)),
            el(Button, { variant: 'secondary', onClick: onRetry, disabled: loading }, text('retry')));
    }

    function Outcome({ command, said, warning, locked, place, postId }) {
        const top = useRef(null);
        // The button that was pressed may be far from the answer, on a phone above all.
        useEffect(() => {
            if (said || command.error) {
                top.current.scrollIntoView({ block: 'center' });
            }
        }, [said, command.error]);
        return el('div', { ref: top, className: 'tayang-outcome' },
            warning && el(Notice, { status: 'warning', isDismissible: false }, warning),
            command.error && el(Notice, { status: 'error', onRemove: command.dismiss, className: 'tayang-error' },
                el('p', null, command.error.message),
                command.error.again && el(Button, { variant: 'secondary', onClick: command.error.again }, text('retry'))),
            !command.error && said && el(Notice, { status: 'success', isDismissible: false, className: 'tayang-said' }, said),
            locked && place !== 'page' && el(Notice, { status: 'info', isDismissible: false, className: 'tayang-locked' },
                text('locked'), ' ', el('a', { href: config.case_url + postId }, text('open_case'))));
    }

    /** What the workers gave up on for this case: somebody must see to it, and everybody may know. */
    function Problems({ view }) {
        const problems = view.problems || [];
        return problems.length > 0 && el(Notice, { status: 'warning', isDismissible: false, className: 'tayang-problems' },
            el('strong', null, text('problems')),
            ...problems.map((one) => el('p', { key: one.kind }, one.sentence)));
    }

    function Stale() {
        return el(Notice, { status: 'warning', isDismissible: false, className: 'tayang-stale' },
            el('p', null, text('stale')),
            el(Button, { variant: 'secondary', onClick: () => window.location.reload() }, text('reload')));
    }

    /** `hidden`: there is a case, but the office shows cases only to who has a part in them. */
    function NoCase({ hidden }) {
        return el('div', { className: 'tayang-panel' },
            el('p', null, text(hidden ? 'case_hidden' : 'no_case')),
            !hidden && config.assignment_url && el('a', { href: config.assignment_url, className: 'components-button is-secondary' },
                text('new_assignment')));
    }

    /** The painted card, beside its words on the case page; the server has it as it was submitted. */
    function showCard(card, failed) {
        const place = document.querySelector('[data-tayang-card]');
        if (!place || !card) {
            return;
        }
        place.replaceChildren(...card.map((one) => {
            const link = document.createElement('a');
            const picture = document.createElement('img');
            Object.assign(link, { href: one.url, target: '_blank', rel: 'noopener' });
            Object.assign(picture, { src: one.url, width: one.width, height: one.height, alt: one.alt });
            link.append(picture);
            return link;
        }));
        if (!card.length && !failed) {
            place.textContent = text('card_coming');
        }
    }

    /** What the page before this one has left to be said (assets/assignment.js). */
    function takeNotice() {
        const notice = window.sessionStorage.getItem('tayang-notice') || '';
        window.sessionStorage.removeItem('tayang-notice');
        return notice;
    }

    function leaveNotice(notice) {
        if (notice) {
            window.sessionStorage.setItem('tayang-notice', notice);
        }
    }

    /** The name of a channel as the office set it up; one that has been removed keeps its kind. */
    tayang.channelName = function (key, kind) {
        const channel = config.channels.find((one) => one.key === key);
        return channel ? channel.name : kind;
    };

    /** A published post is corrected in a case of its own; until that is published, readers see what they see now. */
    function Correction({ postId, view }) {
        const [note, setNote] = useState('');
        const [state, setState] = useState({});
        async function open() {
            if (!note.trim()) {
                setState({ missing: text('note_missing', text('correct')) });
                wp.a11y.speak(text('note_missing', text('correct')), 'assertive');
                return;
            }
            setState({ sending: true });
            try {
                const answer = await wp.apiFetch({
                    path: path(postId, 'corrections'), method: 'POST', data: { note: note.trim() },
                });
                leaveNotice(answer.notice);
                window.location.assign(config.case_url + answer.post_id);
            } catch (error) {
                wp.a11y.speak(error.message, 'assertive');
                setState({ error: error.message });
            }
        }
        return el('details', { className: 'tayang-section tayang-correct' },
            el('summary', null, text('correct_title')),
            el('p', { className: 'description' }, text('correct_help')),
            el('div', { className: state.missing ? 'has-error' : '' },
                el(TextareaControl, {
                    __nextHasNoMarginBottom: true, rows: 3, label: text('correct_note'), value: note,
                    onChange: (value) => { setNote(value); setState({}); },
                }),
                state.missing && el('p', { className: 'tayang-field-error' }, state.missing)),
            state.error && el(Notice, { status: 'error', isDismissible: false, className: 'tayang-error' }, state.error),
            el(Button, {
                variant: 'primary', className: 'tayang-command', 'data-command': 'correct', isBusy: Boolean(state.sending),
                'aria-disabled': Boolean(state.sending), onClick: () => { if (!state.sending) { open(); } },
            }, text('correct')));
    }

    /** The words and their previews on the case page: drawn beside what PHP has written there. */
    function PagePreviews({ store, view }) {
        const [place] = useState(() => {
            const found = document.querySelector('[data-tayang-previews]');
            if (found) {
                found.replaceChildren();
            }
            return found;
        });
        return place && wp.element.createPortal(el('div', { className: 'tayang-panel' }, el(tayang.Previews, {
            view, plan: store.plan, article: store.article, pictures: store.chosen(), featured: store.pictures[store.featured],
        })), place);
    }

    /**
     * `place`: editor | classic | page. `saveFirst()` saves the words and rejects if that fails; `lock(bool)` closes
     * the editor around the panel; `featured` and `used` are the pictures that the editor has now, `words()` its title
     * and excerpt; `saves` counts what it has saved.
     */
    tayang.Panel = function Panel({ postId, place, saveFirst, lock, featured, used, words, saves }) {
        const { data, load, show } = useCase(postId);
        const store = tayang.usePlan(postId);
        const [said, setSaid] = useState('');
        const [warning] = useState(takeNotice);
        const view = data.view;
        // A correction is written in its working copy, never in the editor of the public post.
        const elsewhere = place !== 'page' && data.editUrl;
        const locked = Boolean(view) && (!view.may_edit.includes(config.user) || Boolean(elsewhere));
        const command = useCommand({
            postId, view, saveFirst, onStale: load,
            onDone: (next) => {
                const last = next.history[next.history.length - 1];
                const sentence = last ? last.sentence : text('recorded');
                setSaid(sentence);
                wp.a11y.speak(sentence);
                show(next);
            },
        });
        useEffect(() => { if (view) { lock(locked); } }, [Boolean(view), locked]);
        useEffect(() => { if (place !== 'page') { store.follow(featured, used); } }, [featured, used.join()]);
        useEffect(() => { if (saves) { load(); } }, [saves]);
        const card = view && view.card ? JSON.stringify(view.card) : '';
        const failed = Boolean(view && (view.problems || []).some((one) => one.kind === 'media.derive'));
        useEffect(() => { showCard(view && view.card, failed); }, [card, failed]);

        if (data.loading) {
            return el('div', { className: 'tayang-panel' }, el(Spinner), el('span', { role: 'status' }, text('loading')));
        }
        const unreachable = !data.reachable && el(Unreachable, { detail: data.detail, mirror: !view && data.mirror, onRetry: load });
        if (!view) {
            return unreachable ? el('div', { className: 'tayang-panel' }, unreachable) : el(NoCase, { hidden: Boolean(data.mirror) });
        }
        // A new step starts with an empty note and its own people; a refused command keeps what was typed.
        const activity = view.activity;
        const step = view.case_id + (activity ? '.' + activity.no + '.' + activity.attempt : view.state);
        // The case page shows the words as they were when it was loaded; only those can be approved there.
        const seen = place === 'page' ? config.shown_sha256 : view.content_sha256;
        const stale = view.state === 'open' && view.activity.kind === 'decide' && view.content_sha256 !== seen;
        const naming = view.options.find((one) => one.names_role && one.candidates.length === 1);
        const writes = !locked && place !== 'page';
        return el('div', { className: 'tayang-panel', 'data-revision': view.revision, 'data-state': view.state },
            !command.error && unreachable,
            el(Now, { view }),
            el(Problems, { view }),
            el(Outcome, { command, said, warning, locked, place, postId }),
            elsewhere && el('p', null,
                el('a', { href: data.editUrl, className: 'components-button is-primary' }, text('write_correction'))),
            writes && el(tayang.Plan, { postId, view, words }),
            writes && el(PublishAt, { view, command }),
            stale && el(Stale),
            el(Decide, {
                key: step, step, view, command, seen, chosen: naming ? naming.candidates[0] : null,
                checks: writes && store.plan ? tayang.checks(store, view) : [],
            }),
            !writes && el(PublishAt, { view, command }),
            el(Deliveries, { view }),
            data.mayCorrect && view.state === 'published' && el(Correction, { postId, view }),
            el(Disposition, { view }),
            el(tayang.Steps, { view, open: place === 'page' }),
            el(tayang.Changes, { postId, revision: view.revision, open: place === 'page' && (activity || {}).kind === 'decide' }),
            el(tayang.History, { view, open: place === 'page' }),
            el(Mails, { view }),
            el(Cancel, { view, command }),
            place !== 'page' && data.help && el(Help, { help: data.help }),
            place === 'page' && store.plan && el(PagePreviews, { store, view }));
    };

    /** The text of WordPress's own form, as it would be sent now. */
    function formNow(form) {
        if (window.tinymce) {
            window.tinymce.triggerSave();
        }
        return new FormData(form);
    }

    const asText = (data) => JSON.stringify(Array.from(data.entries()).filter(([name]) => !/nonce|^_wp|^samplepermalink/.test(name)));
    let savedForm = '';
    let isLocked = false;
    let setSaves = () => {};

    /** Core asks "leave without saving?" by what the page was loaded with; after our save that is no longer true. */
    function askBeforeLeaving(form) {
        if (!window.jQuery) {
            return;
        }
        window.jQuery(window).off('beforeunload.edit-post').on('beforeunload.tayang', () => (
            asText(formNow(form)) !== savedForm ? text('unsaved_leave') : undefined));
        form.addEventListener('submit', () => window.jQuery(window).off('beforeunload.tayang'));
    }

    /**
     * The classic editor saves by leaving the page. Here its form is sent as it is, and the page stays: what came back is
     * the same editor with WordPress's own word that it was saved, or the words were not taken.
     */
    async function classicSaveFirst() {
        const form = document.getElementById('post');
        if (!form || document.getElementById('save-post') === null || isLocked) {
            return;
        }
        const data = formNow(form);
        const sent = asText(data);
        data.append('save', 'save');
        let answer;
        try {
            // Not form.action: that is the field of this name.
            answer = await window.fetch(form.getAttribute('action'), { method: 'POST', body: data, credentials: 'same-origin' });
        } catch (error) {
            throw new Error(text('not_saved_command'));
        }
        const place = new URL(answer.url);
        if (!answer.ok || !place.pathname.endsWith('/post.php') || !place.searchParams.get('message')) {
            throw new Error(text('not_saved_command'));
        }
        if (savedForm === '') {
            askBeforeLeaving(form);
        }
        savedForm = sent;
        setSaves((count) => count + 1);
    }

    function classicLock(locked) {
        isLocked = locked;
        const save = document.getElementById('save-post');
        if (save) {
            save.disabled = locked;
        }
    }

    function classicFeatured() {
        const field = document.getElementById('_thumbnail_id');
        return field && Number(field.value) > 0 ? Number(field.value) : 0;
    }

    /** Title and excerpt as they stand in the form; an empty one leaves the stored one. */
    function classicWords() {
        const words = {};
        [['title', 'title'], ['excerpt', 'excerpt']].forEach(([key, id]) => {
            const field = document.getElementById(id);
            if (field && field.value) {
                words[key] = field.value;
            }
        });
        return words;
    }

    function ClassicPanel({ postId }) {
        const [featured, setFeatured] = useState(classicFeatured);
        const [saves, count] = useState(0);
        useEffect(() => {
            setSaves = count;
            const box = document.getElementById('postimagediv');
            const watch = new MutationObserver(() => setFeatured(classicFeatured()));
            if (box) {
                watch.observe(box, { subtree: true, childList: true, attributes: true });
            }
            return () => watch.disconnect();
        }, []);
        return el(tayang.Panel, {
            postId, place: 'classic', lock: classicLock, saveFirst: classicSaveFirst, featured, used: [], words: classicWords, saves,
        });
    }

    function PagePanel({ postId }) {
        return el(tayang.Panel, {
            postId, place: 'page', lock: () => {}, saveFirst: async () => {}, featured: 0, used: [], words: () => ({}), saves: 0,
        });
    }

    function mount(node) {
        const panel = el(node.dataset.tayangPanel === 'classic' ? ClassicPanel : PagePanel, { postId: Number(node.dataset.post) });
        // 6.1 has no createRoot yet.
        if (wp.element.createRoot) {
            wp.element.createRoot(node).render(panel);
        } else {
            wp.element.render(panel, node);
        }
    }

    wp.domReady(() => document.querySelectorAll('[data-tayang-panel]').forEach(mount));
})(window.wp, window.tayangConfig);
