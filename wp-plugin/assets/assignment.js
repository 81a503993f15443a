/* Penugasan baru: sends the form, keeps what was typed, and goes on to the case. */
(function (wp, config) {
    'use strict';

    const text = config.strings;

    /** The control that people type into: of the two for the division, the one that is asked for. */
    function controlOf(field) {
        const other = field.querySelector('[data-division-other]:not([hidden]) input');
        return other || field.querySelector('input:not([type=hidden]), select, textarea');
    }

    function setError(field, message) {
        const place = field.querySelector('.tayang-field-error');
        place.textContent = message;
        place.hidden = !message;
        const control = controlOf(field);
        if (control) {
            control.setAttribute('aria-invalid', message ? 'true' : 'false');
        }
    }

    function option(value, label) {
        const made = document.createElement('option');
        made.value = value;
        made.textContent = label;
        return made;
    }

    /** Occasions and people belong to the chosen procedure. */
    function fitToProcedure(form) {
        const procedure = config.procedures[form.elements.procedure.value];
        const occasion = form.querySelector('[data-field=occasion]');
        occasion.hidden = !procedure.occasions.length;
        form.elements.occasion.replaceChildren(option('', text.choose), ...procedure.occasions.map((one) => option(one.key, one.name)));
        form.elements.occasion.required = !occasion.hidden;
        const assignee = form.querySelector('[data-field=assignee]');
        assignee.hidden = !procedure.assigns;
        form.elements.assignee.replaceChildren(
            form.elements.assignee.options[0], ...procedure.people.map((one) => option(one.id, one.name)));
        if (procedure.people.length === 1) {
            form.elements.assignee.value = procedure.people[0].id;
        }
        form.querySelector('[data-role-name]').textContent = text.next_role.replace('%s', procedure.next_role);
    }

    /** What is wrong with a field, in words; empty when nothing is. */
    function faultOf(field) {
        const control = controlOf(field);
        if (!control || field.hidden) {
            return '';
        }
        if (control.required && !control.value.trim()) {
            return text.required;
        }
        return control.validity.badInput ? text.bad_date : '';
    }

    /** Says at each field what is wrong with it. The first such control, or null; and how many there are. */
    function check(form) {
        const wrong = Array.from(form.querySelectorAll('.tayang-field')).filter((field) => {
            const fault = faultOf(field);
            setError(field, fault);
            return fault;
        });
        return { first: wrong.length ? controlOf(wrong[0]) : null, count: wrong.length };
    }

    function values(form) {
        const get = (name) => (form.elements[name] ? form.elements[name].value.trim() : '');
        const number = (name) => (get(name) ? Number(get(name)) : null);
        return {
            procedure: get('procedure'), title: get('title') || get('activity'), activity: get('activity'),
            activity_date: get('activity_date'), place: get('place'),
            division: get('division') === config.other ? get('division_other') : get('division'), number: get('number'),
            note: get('note'), occasion: get('occasion'), attachment_id: number('attachment_id'), assignee: number('assignee'),
        };
    }

    function showError(form, message) {
        const place = form.querySelector('.tayang-form-error');
        place.querySelector('p').textContent = message;
        place.hidden = !message;
        if (message) {
            place.focus();
        }
    }

    function busy(form, on) {
        form.dataset.sending = on ? '1' : '';
        form.querySelector('[type=submit]').setAttribute('aria-disabled', on ? 'true' : 'false');
        form.querySelector('.spinner').classList.toggle('is-active', on);
    }

    async function send(event) {
        const form = event.target;
        event.preventDefault();
        if (form.dataset.sending) {
            return;
        }
        const { first, count } = check(form);
        if (first) {
            first.focus();
            wp.a11y.speak(text.errors.replace('%d', count), 'assertive');
            return;
        }
        busy(form, true);
        showError(form, '');
        wp.a11y.speak(text.sending);
        try {
            const answer = await wp.apiFetch({ path: '/tayang/v1/assignments', method: 'POST', data: values(form) });
            if (answer.notice) {
                // The case is open, but the first order was refused: the next page says why.
                window.sessionStorage.setItem('tayang-notice', answer.notice);
            }
            form.dataset.touched = '';
            window.location.assign(config.case_url + answer.post_id);
        } catch (error) {
            busy(form, false);
            showError(form, error.message);
        }
    }

    function setScan(form, id, name) {
        form.elements.attachment_id.value = id;
        form.querySelector('.tayang-scan-name').textContent = name;
        form.querySelector('[data-scan-clear]').hidden = !id;
    }

    function enableScan(form) {
        const choose = form.querySelector('[data-scan-choose]');
        if (!choose || !wp.media) {
            return;
        }
        const frame = wp.media({ title: text.scan_title, button: { text: text.scan_button }, multiple: false });
        frame.on('select', () => {
            const file = frame.state().get('selection').first().toJSON();
            setScan(form, file.id, file.filename || file.title);
            choose.focus();
        });
        choose.addEventListener('click', () => frame.open());
        form.querySelector('[data-scan-clear]').addEventListener('click', () => setScan(form, '', ''));
    }

    /** "Another one" of the divisions opens a field for its name. */
    function fitDivision(form) {
        const isOther = form.elements.division.value === config.other;
        form.querySelector('[data-division-other]').hidden = !isOther;
        form.elements.division_other.required = isOther;
    }

    /** What the address fills in. A value that a list does not offer is left out; a division becomes another one. */
    function fill(form) {
        Object.entries(config.given).forEach(([name, value]) => {
            const control = form.elements[name];
            const offered = !control.options || Array.from(control.options).some((one) => one.value === value);
            if (offered) {
                control.value = value;
            } else if (name === 'division') {
                control.value = config.other;
                form.elements.division_other.value = value;
            }
            if (name === 'procedure') {
                fitToProcedure(form);
            }
        });
        fitDivision(form);
    }

    /** Nothing typed is lost by a slip: the browser asks before the page is left. */
    function guardTyping(form) {
        form.addEventListener('input', (event) => {
            form.dataset.touched = '1';
            const field = event.target.closest('.tayang-field');
            if (field && !field.querySelector('.tayang-field-error').hidden) {
                setError(field, faultOf(field));
            }
        });
        window.addEventListener('beforeunload', (event) => {
            if (form.dataset.touched) {
                event.preventDefault();
                event.returnValue = text.leave;
            }
        });
    }

    wp.domReady(() => {
        const form = document.getElementById('tayang-assignment');
        if (!form) {
            return;
        }
        form.addEventListener('submit', send);
        form.elements.procedure.addEventListener('change', () => fitToProcedure(form));
        form.elements.division.addEventListener('change', () => fitDivision(form));
        fitToProcedure(form);
        fill(form);
        enableScan(form);
        guardTyping(form);
    });
})(window.wp, window.tayangAssignment);
