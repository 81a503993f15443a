<?php

use Tayang\Capabilities;
use Tayang\Delegations;
use Tayang\Ui\Delegation_Form;
use Tayang\Ui\Profile;

/** Who acts for whom: what may be agreed, what the sidecar is told, and who may enter it. */
final class DelegationsTest extends TayangTestCase
{
    private int $away;
    private int $substitute;

    protected function setUp(): void
    {
        parent::setUp();
        $this->away = $this->user('editor');
        $this->substitute = $this->user('author');
        update_user_meta($this->away, 'tayang_roles', ['kasubbag']);
        delete_user_meta($this->substitute, 'tayang_roles');
    }

    /** @return array{to: int, from_day: string, to_day: string, kind: string, reason: string} */
    private function wish(string $from = 'today', string $to = '+4 days', array $changes = []): array
    {
        $day = static fn(string $when): string => (new DateTimeImmutable($when, wp_timezone()))->format('Y-m-d');
        return $changes + ['to' => $this->substitute, 'from_day' => $day($from), 'to_day' => $day($to), 'kind' => 'plh', 'reason' => 'Dinas luar'];
    }

    public function testDaysAreThoseOfTheOfficeAndTheLastOneCounts(): void
    {
        self::assertTrue(Delegations::add($this->away, $this->wish(), $this->user('admin')));
        [$one] = Delegations::of($this->away);
        $starts = new DateTimeImmutable($one['starts_at']);
        $ends = new DateTimeImmutable($one['ends_at']);
        self::assertSame('UTC', $starts->getTimezone()->getName() === 'Z' ? 'UTC' : $starts->getTimezone()->getName());
        self::assertSame('17:00', $starts->format('H:i'), 'midnight in Jakarta');
        self::assertSame(5, $starts->diff($ends)->days);
        self::assertSame([$this->substitute, 'plh', 'Dinas luar', $this->user('admin')], [$one['to'], $one['kind'], $one['reason'], $one['by']]);
        self::assertTrue(Delegations::is_in_force($one));
        self::assertSame(wp_date('j M Y', strtotime('+4 days')), Delegations::last_day($one['ends_at']));
    }

    /** @dataProvider faults */
    public function testWhatCannotBeIsRefusedWithASentence(string $from, string $to, array $changes): void
    {
        $changes = array_map(fn($value) => is_string($value) && str_starts_with($value, '@') ? $this->user(substr($value, 1)) : $value, $changes);
        $refused = Delegations::add($this->away, $this->wish($from, $to, $changes), 1);
        self::assertInstanceOf(WP_Error::class, $refused);
        self::assertSame('tayang_delegation', $refused->get_error_code());
        self::assertGreaterThan(15, strlen($refused->get_error_message()));
        self::assertSame([], Delegations::of($this->away));
    }

    public static function faults(): array
    {
        return [
            'to oneself' => ['today', '+1 day', ['to' => '@editor']],
            'to nobody' => ['today', '+1 day', ['to' => 0]],
            'to somebody unknown' => ['today', '+1 day', ['to' => 987654]],
            'to the robot' => ['today', '+1 day', ['to' => '@robot']],
            'backwards' => ['+3 days', '+1 day', []],
            'backdated' => ['-2 days', '+1 day', []],
            'for ever' => ['today', '+800 days', []],
            'no day' => ['today', '+1 day', ['to_day' => '']],
            'no such day' => ['today', '+1 day', ['to_day' => '2026-02-31']],
            'neither Plh. nor Plt.' => ['today', '+1 day', ['kind' => 'boss']],
        ];
    }

    public function testOneAtATime(): void
    {
        self::assertTrue(Delegations::add($this->away, $this->wish('+2 days', '+4 days'), 1));
        $clash = Delegations::add($this->away, $this->wish('today', '+2 days', ['to' => $this->user('contributor')]), 1);
        self::assertStringContainsString(get_userdata($this->substitute)->display_name, $clash->get_error_message());
        self::assertTrue(Delegations::add($this->away, $this->wish('today', '+1 day'), 1), 'the day before is free');
        self::assertCount(2, Delegations::open($this->away));
    }

    public function testOneThatRunsIsCutShortAndOneToComeIsDropped(): void
    {
        Delegations::add($this->away, $this->wish('today', '+1 day'), 1);
        Delegations::add($this->away, $this->wish('+2 days', '+4 days'), 1);
        [$now, $later] = Delegations::open($this->away);
        self::assertTrue(Delegations::end($this->away, Delegations::key($later)));
        self::assertTrue(Delegations::end($this->away, Delegations::key($now)));
        self::assertFalse(Delegations::end($this->away, Delegations::key($now)), 'it is over');
        self::assertSame([], Delegations::open($this->away));
        self::assertCount(1, Delegations::of($this->away), 'what held is remembered');
        self::assertFalse(Delegations::acts_for_somebody($this->substitute));
    }

    public function testASubstituteWithoutARoleMayLookAndIsToldToTheSidecar(): void
    {
        self::assertFalse(user_can($this->substitute, 'tayang_see_cases'));
        Delegations::add($this->away, $this->wish(), 1);
        self::assertTrue(user_can($this->substitute, 'tayang_see_cases'));
        $people = array_column(Capabilities::people(), null, 'id');
        self::assertSame([], $people[$this->substitute]['roles']);
        self::assertSame($this->substitute, $people[$this->away]['delegations'][0]['to_person']);
        self::assertSame(['to_person', 'starts_at', 'ends_at', 'kind'], array_keys($people[$this->away]['delegations'][0]));
        update_user_meta($this->away, 'tayang_roles', []);
        self::assertFalse(user_can($this->substitute, 'tayang_see_cases'), 'there is nothing left to act in');
    }

    public function testADelegationStillToComeGivesNothingYet(): void
    {
        Delegations::add($this->away, $this->wish('+1 day', '+2 days'), 1);
        self::assertFalse(user_can($this->substitute, 'tayang_see_cases'));
    }

    public function testTheProfileSaysWhatIsInForceAndTheListOfUsersToo(): void
    {
        Delegations::add($this->away, $this->wish(), 1);
        wp_set_current_user($this->away);
        ob_start();
        (new Delegation_Form())->render(get_userdata($this->away));
        $html = (string) ob_get_clean();
        self::assertStringContainsString(wp_date('j M Y'), $html);
        self::assertStringContainsString('form="tayang_delegate"', $html);
        self::assertMatchesRegularExpression('/form="tayang_end_delegation-\d+"/', $html);
        $cell = (new Profile())->cell('', 'tayang_roles', $this->away);
        self::assertStringContainsString('Plh.', $cell);
        self::assertStringContainsString(get_userdata($this->away)->display_name, (new Profile())->cell('', 'tayang_roles', $this->substitute));
    }

    public function testARoleAndADivisionAreGivenByWhoManagesUsersOnly(): void
    {
        $division = self::plugin()->settings->divisions()[0];
        foreach (['editor' => '', 'admin' => $division] as $login => $expected) {
            wp_set_current_user($this->user($login));
            $_POST = ['tayang_roles_nonce' => wp_create_nonce("tayang_roles_$this->substitute"), 'tayang_roles' => ['humas'], 'tayang_division' => $division];
            (new Profile())->save($this->substitute);
            self::assertSame($expected, Capabilities::division_of($this->substitute), $login);
            self::assertSame($expected === '' ? [] : ['humas'], Capabilities::roles_of($this->substitute), $login);
        }
        $_POST['tayang_division'] = 'Divisi Khayalan';
        (new Profile())->save($this->substitute);
        self::assertSame($division, Capabilities::division_of($this->substitute), 'only the office’s own divisions');
    }
}
